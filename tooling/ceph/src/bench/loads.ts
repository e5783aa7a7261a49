/** What is measured: each load is put on a disk and answers one figure, and how much was done for it. */
import { seededRandom } from '@nbd/filters';
import {
  type Area,
  type Contender,
  FILLED_BYTES,
  MEASURED,
  ROUND_BYTES,
  WARM_UP,
} from './contender.ts';
import type { Disk } from './disk.ts';
import { inFlight } from './in-flight.ts';
import { checkPattern, patternAt } from './pattern.ts';

/** Where a load finds what it needs to know. */
export interface Surroundings {
  /** Milliseconds that only go up. */
  readonly now: () => number;
  /** Counted from 0: chooses places, in order and at random. */
  readonly round: number;
  /** After so many milliseconds a load asks for nothing more; what was asked for is waited for. */
  readonly millisMax: number;
  /** The load is not measured, but carried beforehand, where no figure is touched by it. */
  readonly warmsUp: boolean;
}

export interface Measured {
  readonly figure: number;
  /** MiB of loads in order, requests of the others. */
  readonly done: number;
}

type InOrder = Contender['inOrder'];

const SMALL_BYTES = 4096;
const SMALL_DEPTH = 16;
const MIB = 2 ** 20;

/**
 * Writes the part of the round and flushes: MiB a second, until the flush is answered. Nothing was there before, not where
 * it warms up either: what is written over is deleted behind the back of whatever comes next.
 */
export async function writeInOrder(
  disk: Disk,
  { bytes, depth }: InOrder,
  surroundings: Surroundings,
): Promise<Measured> {
  const { now, round, warmsUp } = surroundings;
  const start = FILLED_BYTES + (2 * round + (warmsUp ? 0 : 1)) * ROUND_BYTES;
  const began = now();
  const count = await pass(surroundings, depth, ROUND_BYTES / bytes, (index) => {
    const offset = start + index * bytes;
    return disk.write(patternAt(offset, bytes), offset);
  });
  await disk.flush();
  return perSecond((count * bytes) / MIB, began, now);
}

/** Reads what is filled, from its beginning, and compares it: MiB a second. Where it warms up, again and again. */
export async function readInOrder(
  disk: Disk,
  { bytes, depth }: InOrder,
  surroundings: Surroundings,
): Promise<Measured> {
  const { now, warmsUp } = surroundings;
  const area = filledArea(surroundings);
  const targets = Array.from({ length: depth }, () => new Uint8Array(bytes));
  const began = now();
  const countMax = warmsUp ? Number.POSITIVE_INFINITY : area.bytes / bytes;
  const count = await pass(surroundings, depth, countMax, (index) =>
    readChecked(disk, targets, area.start + ((index * bytes) % area.bytes)),
  );
  return perSecond((count * bytes) / MIB, began, now);
}

/** Reads 4 KiB here and there in what is filled, and compares them: requests a second. */
export async function readAtRandom(disk: Disk, surroundings: Surroundings): Promise<Measured> {
  const { now } = surroundings;
  const place = places(surroundings);
  const targets = Array.from({ length: SMALL_DEPTH }, () => new Uint8Array(SMALL_BYTES));
  const began = now();
  const count = await pass(surroundings, SMALL_DEPTH, Number.POSITIVE_INFINITY, () =>
    readChecked(disk, targets, place()),
  );
  return perSecond(count, began, now);
}

/** Writes 4 KiB here and there in what is filled, and flushes: requests a second, until the flush is answered. */
export async function writeAtRandom(disk: Disk, surroundings: Surroundings): Promise<Measured> {
  const { now } = surroundings;
  const place = places(surroundings);
  const began = now();
  const count = await pass(surroundings, SMALL_DEPTH, Number.POSITIVE_INFINITY, () => {
    const offset = place();
    return disk.write(patternAt(offset, SMALL_BYTES), offset);
  });
  await disk.flush();
  return perSecond(count, began, now);
}

/** As the journal of a database does: 4 KiB and a flush, then the next 4 KiB. The median of both in milliseconds. */
export async function writeJournal(disk: Disk, surroundings: Surroundings): Promise<Measured> {
  const { now, round } = surroundings;
  const start = filledArea(surroundings).start + (round + 1) * MIB;
  const millis: number[] = [];
  await pass(surroundings, 1, Number.POSITIVE_INFINITY, async (index) => {
    const offset = start + ((index * SMALL_BYTES) % MIB);
    const began = now();
    await disk.write(patternAt(offset, SMALL_BYTES), offset);
    await disk.flush();
    millis.push(now() - began);
  });
  const figure = millis.toSorted((a, b) => a - b)[millis.length >> 1] ?? Number.NaN;
  return { figure, done: millis.length };
}

/** Asks for indexes from 0 on, until `countMax` or the time is reached. Answers how many were answered. */
async function pass(
  { now, millisMax }: Surroundings,
  depth: number,
  countMax: number,
  ask: (index: number) => Promise<void>,
): Promise<number> {
  const end = now() + millisMax;
  let asked = 0;
  await inFlight(depth, () => (asked < countMax && now() < end ? ask(asked++) : undefined));
  return asked;
}

/** Takes one of `targets`, which are as many as requests are under way, and puts it back. */
async function readChecked(disk: Disk, targets: Uint8Array[], offset: number): Promise<void> {
  const target = targets.pop();
  if (target === undefined) throw new Error('expected memory for each request under way');
  await disk.read(target, offset);
  checkPattern(target, offset);
  targets.push(target);
}

function places(surroundings: Surroundings): () => number {
  const random = seededRandom(surroundings.round + 1);
  const { start, bytes } = filledArea(surroundings);
  return () => start + Math.floor((random() * bytes) / SMALL_BYTES) * SMALL_BYTES;
}

function filledArea({ warmsUp }: Surroundings): Area {
  return warmsUp ? WARM_UP : MEASURED;
}

function perSecond(done: number, began: number, now: () => number): Measured {
  return { figure: (done * 1000) / (now() - began), done };
}
