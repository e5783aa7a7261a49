/** Changes of one message: what happens to bytes, and to the numbers that they may be. */
import type { Chance } from './chance.ts';

/** Numbers at the edges of fields and limits. */
const EDGES: readonly bigint[] = [
  0n,
  1n,
  2n,
  ...[7, 8, 9, 12, 15, 16, 24, 31, 32, 48, 52, 53, 63, 64].flatMap((bits) => {
    const power = 2n ** BigInt(bits);
    return [power - 1n, power, power + 1n];
  }),
];
const WIDTHS = [1, 2, 4, 8] as const;

/** A changed copy of `bytes`. `other` is a message to take pieces from. */
export function mutateBytes(bytes: Uint8Array, other: Uint8Array, chance: Chance): Uint8Array {
  const mutator = chance.pick(MUTATORS);
  return mutator(bytes, other, chance);
}

type Mutator = (bytes: Uint8Array, other: Uint8Array, chance: Chance) => Uint8Array;

const MUTATORS: readonly Mutator[] = [
  flipBit,
  setByte,
  setByte,
  setByte,
  setByte,
  setEdge,
  setEdge,
  addToNumber,
  cutEnd,
  cutPiece,
  repeatPiece,
  insertBytes,
  insertPiece,
  overwritePiece,
];

function flipBit(bytes: Uint8Array, _other: Uint8Array, chance: Chance): Uint8Array {
  const copy = bytes.slice();
  const at = chance.below(copy.length);
  if (at < copy.length) copy[at] = (copy[at] ?? 0) ^ (1 << chance.below(8));
  return copy;
}

function setByte(bytes: Uint8Array, _other: Uint8Array, chance: Chance): Uint8Array {
  const copy = bytes.slice();
  if (copy.length > 0) copy[chance.below(copy.length)] = chance.below(256);
  return copy;
}

/** Puts a number from the edge of something where a number may be. */
function setEdge(bytes: Uint8Array, _other: Uint8Array, chance: Chance): Uint8Array {
  return withNumber(bytes, chance, () => chance.pick(EDGES));
}

function addToNumber(bytes: Uint8Array, _other: Uint8Array, chance: Chance): Uint8Array {
  const difference = BigInt(chance.below(65) - 32);
  return withNumber(bytes, chance, (number) => number + difference);
}

function withNumber(
  bytes: Uint8Array,
  chance: Chance,
  change: (number: bigint) => bigint,
): Uint8Array {
  const widths = WIDTHS.filter((width) => width <= bytes.length);
  if (widths.length === 0) return bytes;
  const width = chance.pick(widths);
  const copy = bytes.slice();
  const at = chance.below(copy.length - width + 1);
  let number = 0n;
  for (let i = 0; i < width; i++) number = (number << 8n) | BigInt(copy[at + i] ?? 0);
  number = BigInt.asUintN(8 * width, change(number));
  for (let i = width - 1; i >= 0; i--) {
    copy[at + i] = Number(number & 0xffn);
    number >>= 8n;
  }
  return copy;
}

function cutEnd(bytes: Uint8Array, _other: Uint8Array, chance: Chance): Uint8Array {
  return bytes.slice(0, chance.below(bytes.length + 1));
}

function cutPiece(bytes: Uint8Array, _other: Uint8Array, chance: Chance): Uint8Array {
  const [start, end] = piece(bytes, chance);
  return joined(bytes.subarray(0, start), bytes.subarray(end));
}

function repeatPiece(bytes: Uint8Array, _other: Uint8Array, chance: Chance): Uint8Array {
  const [start, end] = piece(bytes, chance);
  const times = 1 + chance.small(8);
  const copies = Array.from({ length: times }, () => bytes.subarray(start, end));
  return joined(bytes.subarray(0, end), ...copies, bytes.subarray(end));
}

function insertBytes(bytes: Uint8Array, _other: Uint8Array, chance: Chance): Uint8Array {
  const at = chance.below(bytes.length + 1);
  const length = 1 + chance.small(64);
  const inserted = chance.oneIn(2)
    ? chance.bytes(length)
    : new Uint8Array(length).fill(chance.pick([0, 1, 0x20, 0x7f, 0x80, 0xff]));
  return joined(bytes.subarray(0, at), inserted, bytes.subarray(at));
}

function insertPiece(bytes: Uint8Array, other: Uint8Array, chance: Chance): Uint8Array {
  const at = chance.below(bytes.length + 1);
  return joined(bytes.subarray(0, at), other.subarray(...piece(other, chance)), bytes.subarray(at));
}

function overwritePiece(bytes: Uint8Array, other: Uint8Array, chance: Chance): Uint8Array {
  const copy = bytes.slice();
  const taken = other.subarray(...piece(other, chance));
  const at = chance.below(copy.length + 1);
  copy.set(taken.subarray(0, copy.length - at), at);
  return copy;
}

/** Where a piece of `bytes` begins and ends. */
function piece(bytes: Uint8Array, chance: Chance): readonly [start: number, end: number] {
  const start = chance.below(bytes.length + 1);
  return [start, start + chance.small(bytes.length - start + 1)];
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}
