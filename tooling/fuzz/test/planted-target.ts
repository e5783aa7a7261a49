/**
 * Targets with a fault that is known, behind a door that chance alone does not open: a value of three bytes, and messages of
 * certain lengths, one after the other.
 */
import type { Chance } from '../src/chance.ts';
import type { Input } from '../src/input.ts';
import type { Target } from '../src/target.ts';

const SOURCES = ['/tooling/fuzz/test/planted-target'];
const seed: Input = { choices: Uint8Array.of(0), messages: [new Uint8Array(4)] };

export const plantedValue: Target = {
  name: 'planted-value',
  about: 'fails at the value 0x4e4244 at the beginning of a message',
  sources: SOURCES,
  seeds: () => [seed],
  makeMessage: (chance: Chance) => chance.bytes(4),
  execute({ messages }: Input): string {
    for (const message of messages) expectNoValue(message);
    return 'survived';
  },
};

export const plantedLengths: Target = {
  name: 'planted-lengths',
  about: 'fails at a message of 33 bytes behind one of 11 behind one of 22',
  sources: SOURCES,
  seeds: () => [seed],
  makeMessage: (chance: Chance) => chance.bytes(chance.below(64)),
  execute({ messages }: Input): string {
    expectNoLengths(messages.map(({ length }) => length));
    return 'survived';
  },
};

/** A target without a fault. */
export const sound: Target = {
  ...plantedValue,
  name: 'sound',
  about: 'does nothing',
  execute: () => 'survived',
};

/** A target that takes far more steps than its input has bytes. */
export const plantedLoop: Target = {
  ...sound,
  name: 'planted-loop',
  execute({ messages }: Input): string {
    let sum = 0;
    for (let step = 0; step < 3_000_000; step++) sum += messages.length;
    return sum < 0 ? 'negative' : 'survived';
  },
};

/** A target that keeps 1 MiB each time; `forget` gives it back. */
export function plantedLeak(): Target & { forget: () => void } {
  const kept: Uint8Array[] = [];
  return {
    ...sound,
    name: 'planted-leak',
    execute(): string {
      kept.push(new Uint8Array(2 ** 20));
      return 'survived';
    },
    forget: () => {
      kept.length = 0;
    },
  };
}

function expectNoValue(message: Uint8Array): void {
  if (message[0] !== 0x4e) return;
  if (message[1] !== 0x42) return;
  if (message[2] !== 0x44) return;
  throw new Error('the planted value');
}

function expectNoLengths([first, second, third]: readonly number[]): void {
  if (first !== 22) return;
  if (second !== 11) return;
  if (third !== 33) return;
  throw new Error('the planted lengths');
}
