/** The golden vectors of the codec, read and written through its public names. */
import * as codec from '@nbd/codec';
import { type Check, expectSame } from './check.ts';

/** Bytes with their meaning: one or more messages in a row, of which the last may be of variable size. */
export interface Vector {
  readonly meaning: string;
  /** Two digits a byte; spaces are for the reader. */
  readonly hex: string;
  readonly parts: readonly Part[];
}

type Part =
  /** A message `X` of the codec, which has `encodeX` and `decodeX`. */
  | { readonly message: string; readonly value: unknown }
  /** Bytes that are no message, in hex. */
  | { readonly data: string };

type Encode = (view: DataView, at: number, value: unknown) => number;
type DecodeFixed = (view: DataView, at: number, target: object) => unknown;
type DecodeVariable = (bytes: Uint8Array) => unknown;

/** Bytes before a message in its buffer, so that nothing passes by starting at 0. */
const MARGIN_BYTES = 3;

/** Two checks for each vector: it is read, and it is written. */
export function vectorChecks(vectors: readonly Vector[]): readonly Check[] {
  return vectors.flatMap(({ meaning, hex, parts }) => [
    {
      name: `codec: reads ${meaning}`,
      run() {
        expectSame(decodeParts(withMargin(fromHex(hex)), parts), parts);
      },
    },
    {
      name: `codec: writes ${meaning}`,
      run() {
        const bytes = withMargin(new Uint8Array(fromHex(hex).length));
        encodeParts(bytes, parts);
        expectSame(toHex(bytes), hex.replaceAll(' ', ''));
      },
    },
  ]);
}

/** Takes from `parts` which messages there are and the size of the data, and all else from `bytes`. */
function decodeParts(bytes: Uint8Array, parts: readonly Part[]): readonly Part[] {
  let at = 0;
  return parts.map((part) => {
    if ('data' in part) return { data: toHex(bytes.subarray(at)) };
    const { message, value } = part;
    const decode = codecFunction(`decode${message}`);
    // A message of variable size is all that is left; one of fixed size fills a target.
    if (decode.length === 1) {
      return { message, value: (decode as DecodeVariable)(bytes.subarray(at)) };
    }
    const target = emptied(value as object);
    const decoded = (decode as DecodeFixed)(viewOf(bytes), at, target);
    at = encodeInto(new Uint8Array(bytes.length), at, part);
    return { message, value: decoded };
  });
}

function encodeParts(bytes: Uint8Array, parts: readonly Part[]): void {
  let at = 0;
  for (const part of parts) at = encodeInto(bytes, at, part);
  if (at !== bytes.length) throw new Error(`expected to write ${bytes.length} bytes, wrote ${at}`);
}

function encodeInto(bytes: Uint8Array, at: number, part: Part): number {
  if ('data' in part) {
    const data = fromHex(part.data);
    bytes.set(data, at);
    return at + data.length;
  }
  return (codecFunction(`encode${part.message}`) as Encode)(viewOf(bytes), at, part.value);
}

function codecFunction(name: string): { readonly length: number } {
  const found = Object.entries(codec).find(([exported]) => exported === name)?.[1];
  if (typeof found !== 'function') throw new Error(`expected the codec to export ${name}`);
  return found;
}

/** A target in the shape of `value` that holds none of it, so that nothing decoded is there before. */
function emptied(value: object): object {
  return Object.fromEntries(Object.keys(value).map((key) => [key, -1]));
}

function withMargin(bytes: Uint8Array): Uint8Array {
  const apart = new Uint8Array(MARGIN_BYTES + bytes.length).subarray(MARGIN_BYTES);
  apart.set(bytes);
  return apart;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function fromHex(hex: string): Uint8Array {
  const pairs = hex.replaceAll(' ', '').match(/../g) ?? [];
  return Uint8Array.from(pairs, (pair) => Number.parseInt(pair, 16));
}

function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
