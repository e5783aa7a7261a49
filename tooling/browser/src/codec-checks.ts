/** The codec as a dissector uses it: a request is built, taken apart, and refused when it is none. */
import { Command, decodeRequest, encodeRequest, REQUEST_BYTES, WireError } from '@nbd/codec';
import { type Check, expectSame } from './check.ts';

const request = {
  flags: 0,
  type: Command.READ,
  cookieHigh: 1,
  cookieLow: -2,
  offset: Number.MAX_SAFE_INTEGER,
  length: 0xffff_ffff,
};

const blank = { flags: 0, type: -1, cookieHigh: 0, cookieLow: 0, offset: 0, length: 0 };

export const codecChecks: readonly Check[] = [
  {
    name: 'codec: reads the request that it wrote',
    run() {
      const view = new DataView(new ArrayBuffer(REQUEST_BYTES));
      expectSame(encodeRequest(view, 0, request), REQUEST_BYTES);
      expectSame(decodeRequest(view, 0, { ...blank }), request);
    },
  },
  {
    name: 'codec: refuses a request without its magic',
    run() {
      let caught: unknown;
      try {
        decodeRequest(new DataView(new ArrayBuffer(REQUEST_BYTES)), 0, { ...blank });
      } catch (error) {
        caught = error;
      }
      expectSame(caught instanceof WireError && caught.code, 'bad-magic');
    },
  },
];
