import { describe, expect, it } from 'vitest';
import { refusal } from '../../test/refusal.ts';
import { fromHex } from '../../test/values.ts';
import { decodeMetaContextReply } from './meta-context-reply.ts';

describe('a meta context reply', () => {
  it.each([
    ['half an id', '0000'],
    ['an id without a name', '00000001'],
  ])('K-007 E-43 is refused as %s', (_what, hex) => {
    expect(refusal(() => decodeMetaContextReply(fromHex(hex)))).toBe('bad-length');
  });
});
