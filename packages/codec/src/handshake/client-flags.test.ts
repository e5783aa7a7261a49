import { describe, expect, it } from 'vitest';
import { fromHex, view } from '../../test/values.ts';
import { decodeClientFlags } from './client-flags.ts';

describe('the client flags', () => {
  it('C-022 are 32 bits and never negative, so that the highest unknown bit is seen', () => {
    const { clientFlags } = decodeClientFlags(view(fromHex('80000003')), 0, { clientFlags: 0 });
    expect(clientFlags).toBe(0x8000_0003);
  });
});
