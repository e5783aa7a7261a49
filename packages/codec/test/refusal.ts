import { WireError, type WireErrorCode } from '../src/index.ts';

/** The code with which `decode` refuses its bytes; anything else that it does is a failure. */
export function refusal(decode: () => unknown): WireErrorCode {
  let value: unknown;
  try {
    value = decode();
  } catch (error) {
    if (error instanceof WireError) return error.code;
    throw error;
  }
  throw new Error(`expected a WireError, found ${JSON.stringify(value)}`);
}
