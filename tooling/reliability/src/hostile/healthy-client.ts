/**
 * The program of the healthy client: reads 4 KiB at a time, one after the other, looks whether they are right, and
 * measures. For each line on its standard input it says, as a line of JSON, how that went since the last.
 */
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from '@nbd/client';
import { RandomNumbers } from './random-numbers.ts';

/** What the healthy client has seen. Times are milliseconds. */
export interface Health {
  readonly reads: number;
  readonly wrong: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

const READ_BYTES = 4096;
const PAUSE_MILLIS = 1;

const [uri = '', seed = ''] = process.argv.slice(2);
const random = new RandomNumbers(Number(seed));
let times: number[] = [];
let wrong = 0;

function report(): Health {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (part: number): number => sorted[Math.floor(part * (sorted.length - 1))] ?? 0;
  const health = { reads: times.length, wrong, p50: at(0.5), p99: at(0.99), max: at(1) };
  times = [];
  wrong = 0;
  return health;
}

/** Whether each 8 bytes are their own offset. */
function isRight(bytes: Uint8Array, offset: number): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < bytes.length; at += 8) {
    if (view.getBigUint64(at) !== BigInt(offset + at)) return false;
  }
  return bytes.length === READ_BYTES;
}

const client = await connect(uri);
createInterface({ input: process.stdin })
  .on('line', () => process.stdout.write(`${JSON.stringify(report())}\n`))
  .on('close', () => process.exit(0));

for (;;) {
  const offset = random.below(client.size / READ_BYTES) * READ_BYTES;
  const begun = performance.now();
  const bytes = await client.read(offset, READ_BYTES);
  times.push(performance.now() - begun);
  if (!isRight(bytes, offset)) wrong++;
  await sleep(PAUSE_MILLIS);
}
