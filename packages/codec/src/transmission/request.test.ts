import { describe, expect, it } from 'vitest';
import { refusal } from '../../test/refusal.ts';
import { fromHex, toHex, view } from '../../test/values.ts';
import {
  EXTENDED_REQUEST_BYTES,
  decodeExtendedRequest,
  encodeExtendedRequest,
} from './extended-request.ts';
import { REQUEST_BYTES, decodeRequest, encodeRequest } from './request.ts';
import { SIMPLE_REPLY_BYTES, encodeSimpleReply } from './simple-reply.ts';

const blank = () => ({ flags: 0, type: 0, cookieHigh: 0, cookieLow: 0, offset: 0, length: 0 });
const compact = (rest: string) =>
  view(fromHex(`25609513${rest.replaceAll(' ', '')}`.padEnd(2 * REQUEST_BYTES, '0')));

describe('a request', () => {
  it('is decoded into the object of the caller, which keeps its other fields', () => {
    const slot = { ...blank(), lent: true };
    expect(decodeRequest(compact('0001 0001'), 0, slot)).toBe(slot);
    expect(slot).toMatchObject({ flags: 1, type: 1, lent: true });
  });

  it.each(['0000000000000000', 'ffffffffffffffff', '8000000000000001', '7fffffff80000000'])(
    'C-171 gives its cookie %s to the reply bit by bit',
    (cookie) => {
      const request = decodeRequest(compact(`0000 0000 ${cookie}`), 0, blank());
      const reply = new Uint8Array(SIMPLE_REPLY_BYTES);
      encodeSimpleReply(view(reply), 0, { error: 0, ...request });
      expect(toHex(reply.subarray(8))).toBe(cookie);
    },
  );

  it('C-170 S-13 is refused in the other form, and leaves the target as it was', () => {
    const request = { ...blank(), type: 1, length: 5 };
    const short = new Uint8Array(EXTENDED_REQUEST_BYTES);
    const long = new Uint8Array(EXTENDED_REQUEST_BYTES);
    expect(encodeRequest(view(short), 0, request)).toBe(REQUEST_BYTES);
    expect(encodeExtendedRequest(view(long), 0, request)).toBe(EXTENDED_REQUEST_BYTES);
    const target = blank();
    expect(refusal(() => decodeRequest(view(long), 0, target))).toBe('bad-magic');
    expect(refusal(() => decodeExtendedRequest(view(short), 0, target))).toBe('bad-magic');
    expect(target).toEqual(blank());
  });

  it('C-177 C-178 keeps a type and flags that are unknown, for the session to answer', () => {
    const request = decodeRequest(compact('ffff fffe'), 0, blank());
    expect(request).toMatchObject({ flags: 0xffff, type: 0xfffe });
  });

  it('C-273 S-43 has a length of 64 bits in its extended form only', () => {
    const request = { ...blank(), length: 2 ** 40 };
    const bytes = new Uint8Array(EXTENDED_REQUEST_BYTES);
    encodeExtendedRequest(view(bytes), 0, request);
    expect(decodeExtendedRequest(view(bytes), 0, blank()).length).toBe(2 ** 40);
  });
});
