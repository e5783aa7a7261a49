/**
 * Every decoder of the codec. A message is the number of the decoder and its bytes. It is decoded or refused with a
 * WireError, as the reference does it; what was decoded means the same after it was encoded.
 */
import { isDeepStrictEqual } from 'node:util';
import { WireError } from '@nbd/codec';
import fc from 'fast-check';
import { encoded, type Message } from '../../../../packages/codec/test/message.ts';
import { messages } from '../../../../packages/codec/test/messages.ts';
import { Refusal } from '../../../../packages/codec/test/reference-parts.ts';
import { referenceDecode } from '../../../../packages/codec/test/reference.ts';
import { toHex } from '../../../../packages/codec/test/values.ts';
import type { Chance } from '../chance.ts';
import type { Input } from '../input.ts';
import type { Target } from '../target.ts';

/** So many values of each message are made at once, for to make one is slow. */
const VALUES = 40;

export const codecTarget: Target = {
  name: 'codec',
  about: 'every decoder of @nbd/codec, against the reference',
  sources: ['/packages/codec/src/'],
  seeds: () =>
    messages.map((_, number) => ({ choices: Uint8Array.of(0), messages: [sampled(number, 0)] })),
  makeMessage(chance: Chance): Uint8Array {
    return sampled(chance.below(messages.length), chance.below(VALUES));
  },
  execute({ messages: parts }: Input): string {
    return parts.map(fate).at(-1) ?? 'nothing';
  },
};

/** By the number of the message, made at its first use, so that the coverage of the encoders is seen. */
const samples = new Map<number, readonly Uint8Array[]>();

function sampled(number: number, index: number): Uint8Array {
  const known = samples.get(number) ?? sample(number);
  samples.set(number, known);
  return known[index] ?? Uint8Array.of(number);
}

function sample(number: number): readonly Uint8Array[] {
  const message = messages[number] as Message;
  const values = fc.sample(message.values, { numRuns: VALUES, seed: number });
  return values.map((value) => Uint8Array.of(number, ...encoded(message, value)));
}

/** What becomes of a message. */
function fate([number = 0, ...rest]: Uint8Array): string {
  const index = number % messages.length;
  const message = messages[index] as Message;
  const bytes = sizedFor(message, Uint8Array.from(rest));
  const decoded = attempt(() => message.decode(bytes), WireError);
  const expected = attempt(() => referenceDecode(message.name, toHex(bytes)), Refusal);
  if (!isDeepStrictEqual(decoded.value, expected.value)) {
    throw new Error(`${message.name} is not decoded as the reference does it`);
  }
  if (decoded.refusal !== undefined) {
    return `${index}-${decoded.refusal instanceof WireError ? decoded.refusal.code : 'refused'}`;
  }
  const again = message.decode(encoded(message, decoded.value));
  if (!isDeepStrictEqual(again, decoded.value)) {
    throw new Error(`${message.name} changes when it is encoded and decoded`);
  }
  return `${index}`;
}

/** As many bytes as the caller must see to. */
function sizedFor(message: Message, bytes: Uint8Array): Uint8Array {
  if (message.size === 'variable') return bytes;
  const whole = new Uint8Array(message.measure(undefined));
  whole.set(bytes.subarray(0, whole.length));
  return whole;
}

interface Attempt {
  readonly value?: unknown;
  readonly refusal?: Error;
}

/** Lets every error but `expected` through. */
function attempt(decode: () => unknown, expected: new (...all: never[]) => Error): Attempt {
  try {
    return { value: decode() };
  } catch (error) {
    if (error instanceof expected) return { refusal: error };
    throw error;
  }
}
