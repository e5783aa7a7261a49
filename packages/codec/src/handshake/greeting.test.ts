import { describe, expect, it } from 'vitest';
import { refusal } from '../../test/refusal.ts';
import { fromHex, view } from '../../test/values.ts';
import { decodeGreeting, readGreetingStyle } from './greeting.ts';
import { decodeOldstyleGreeting } from './oldstyle-greeting.ts';

const newstyle = view(fromHex('4e42444d41474943 49484156454f5054 0003'));
const oldstyle = view(fromHex(`4e42444d41474943 0000420281861253 ${'00'.repeat(136)}`));
const neither = view(fromHex('4e42444d41474943 4948415645204f50 0003'));
const http = view(fromHex('485454502f312e31 2034303020426164 2052'));

describe('the greeting', () => {
  it('K-001 tells its style by the second 8 bytes', () => {
    expect(readGreetingStyle(newstyle, 0)).toBe('newstyle');
    expect(readGreetingStyle(oldstyle, 0)).toBe('oldstyle');
  });

  it('K-001 is no greeting without NBDMAGIC, or in a third style', () => {
    expect(refusal(() => readGreetingStyle(http, 0))).toBe('bad-magic');
    expect(refusal(() => readGreetingStyle(neither, 0))).toBe('bad-magic');
  });

  it('K-001 is decoded in its own style only', () => {
    const greeting = { handshakeFlags: 0 };
    const old = { size: 0, transmissionFlags: 0, handshakeFlags: 0 };
    expect(refusal(() => decodeGreeting(oldstyle, 0, greeting))).toBe('bad-magic');
    expect(refusal(() => decodeGreeting(http, 0, greeting))).toBe('bad-magic');
    expect(refusal(() => decodeOldstyleGreeting(newstyle, 0, old))).toBe('bad-magic');
    expect(refusal(() => decodeOldstyleGreeting(http, 0, old))).toBe('bad-magic');
  });

  it('K-003 keeps handshake flags that are unknown, for the session to ignore', () => {
    const unknown = view(fromHex('4e42444d41474943 49484156454f5054 fffd'));
    expect(decodeGreeting(unknown, 0, { handshakeFlags: 0 })).toEqual({ handshakeFlags: 0xfffd });
  });
});
