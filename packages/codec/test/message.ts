/** A message as the properties see it: values that may be sent, and the three functions of the codec for it. */
import type fc from 'fast-check';
import { view } from './values.ts';

export interface Message {
  readonly name: string;
  /** Fixed: the caller sees to it that all bytes are there. Variable: the decoder does. */
  readonly size: 'fixed' | 'variable';
  /** Values that may be sent. */
  readonly values: fc.Arbitrary<unknown>;
  measure(value: unknown): number;
  encode(at: DataView, position: number, value: unknown): number;
  decode(bytes: Uint8Array): unknown;
}

/** The bytes of `value`, in memory of their own. */
export function encoded(message: Message, value: unknown): Uint8Array {
  const bytes = new Uint8Array(message.measure(value));
  message.encode(view(bytes), 0, value);
  return bytes;
}

export function fixed<T extends object>(
  name: string,
  size: number,
  values: fc.Arbitrary<T>,
  blank: T,
  encode: (view: DataView, at: number, value: T) => number,
  decode: (view: DataView, at: number, target: T) => T,
): Message {
  return {
    name,
    size: 'fixed',
    values,
    measure: () => size,
    encode: (target, at, value) => encode(target, at, value as T),
    decode: (bytes) => decode(view(bytes), 0, { ...blank }),
  };
}

export function variable<T>(
  name: string,
  values: fc.Arbitrary<T>,
  measure: (value: T) => number,
  encode: (view: DataView, at: number, value: T) => number,
  decode: (bytes: Uint8Array) => T,
): Message {
  return {
    name,
    size: 'variable',
    values,
    measure: (value) => measure(value as T),
    encode: (target, at, value) => encode(target, at, value as T),
    decode,
  };
}
