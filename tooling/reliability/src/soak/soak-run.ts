/** A long run of clients that come and go, while the memory and the descriptors of the server are watched. */
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from '@nbd/client';
import { seededRandom } from '@nbd/filters';
import { BLOCK_BYTES, stampedBlocks } from '../stamped-blocks.ts';
import { type Growth, growthOfSecondHalf, type Sample } from './growth.ts';
import { visitRudely } from './rude-visitor.ts';
import { liveOnce, type SoakTally } from './soak-life.ts';
import { REGION_BYTES, REGION_SECTORS, type Region, SoakRegions } from './soak-regions.ts';
import type { SoakKind } from './soak-table.ts';
import { type SoakServer, startSoakServer } from './soak-server.ts';

export interface SoakRunOptions {
  readonly kind: SoakKind;
  /** No life of a client begins later. */
  readonly seconds: number;
  readonly seed: number;
}

export interface SoakReport extends Readonly<SoakTally> {
  readonly rude: number;
  /** Memory of the server that is in RAM, bytes: when the disks were full, at the end, and the most. */
  readonly memory: { readonly first: number; readonly last: number; readonly peak: number };
  readonly growth: Growth;
  /** Before the first client, the most there were, and after the last. */
  readonly descriptors: { readonly before: number; readonly peak: number; readonly after: number };
  /** What the server has logged of errors. */
  readonly log: string;
  /** Its exit code, when it was asked to end. */
  readonly exit: string;
}

const GROWTH_MAX = 16 * 2 ** 20;
/** With fewer requests than these behind it a heap is still on its way to the size that it works with. */
const WARM_REQUESTS = 200_000;
const WARMING_GROWTH_MAX = 64 * 2 ** 20;

/** What the memory may grow by in bytes in a run of so many requests, by the line through the samples of the second half. */
export function growthMax(requests: number): number {
  return requests < WARM_REQUESTS ? WARMING_GROWTH_MAX : GROWTH_MAX;
}

const REGIONS = 32;
export const SOAK_DISK_BYTES: number = REGIONS * REGION_BYTES;
const CLIENTS = 6;
const SAMPLE_MILLIS = 250;
/** For the server to let go of what the last connections had. */
const SETTLE_MILLIS = 5000;

export async function runSoak({ kind, seconds, seed }: SoakRunOptions): Promise<SoakReport> {
  const server = await startSoakServer({ ...kind, fileBytes: SOAK_DISK_BYTES, seed });
  try {
    return await soak(server, kind, seconds, seed);
  } finally {
    await server.remove();
  }
}

async function soak(
  server: SoakServer,
  kind: SoakKind,
  seconds: number,
  seed: number,
): Promise<SoakReport> {
  const random = seededRandom(seed);
  const names = Object.keys(kind.exports('', 0));
  const before = await server.process.descriptors();
  const regions = new SoakRegions(names, REGIONS);
  await fill(server, kind, names, regions);

  const tally = nothing();
  let stamp = 1;
  let rude = 0;
  const run = { over: false };
  const samples: Sample[] = [];
  let peak = before;
  const begun = performance.now();
  const deadline = begun + seconds * 1000;
  const watch = async (): Promise<void> => {
    while (!run.over) {
      const at = (performance.now() - begun) / 1000;
      samples.push({ seconds: at, bytes: (await server.process.resident()).now });
      peak = Math.max(peak, await server.process.descriptors());
      await sleep(SAMPLE_MILLIS);
    }
  };
  const clients = async (): Promise<void> => {
    while (performance.now() < deadline) {
      const region = regions.take(performance.now());
      if (region === undefined) {
        await sleep(SAMPLE_MILLIS);
        continue;
      }
      const failing = kind.failing.includes(region.exportName);
      await liveOnce({ server, region, random, nextStamp: () => (stamp += 1), tally, failing });
      regions.giveBack(region, performance.now());
    }
  };
  const visitors = async (): Promise<void> => {
    while (performance.now() < deadline) {
      await visitRudely(server.process.port, random);
      rude += 1;
      await sleep(SAMPLE_MILLIS / 10);
    }
  };
  const watching = watch();
  try {
    await Promise.all([visitors(), ...Array.from({ length: CLIENTS }, clients)]);
  } finally {
    run.over = true;
    await watching;
  }

  const after = await server.process.settledDescriptors(before, SETTLE_MILLIS);
  const bytes = samples.map((sample) => sample.bytes);
  return {
    ...tally,
    rude,
    memory: { first: bytes[0] ?? 0, last: bytes.at(-1) ?? 0, peak: Math.max(...bytes) },
    growth: growthOfSecondHalf(samples),
    descriptors: { before, peak, after },
    log: server.process.log,
    exit: await server.process.stop(),
  };
}

function nothing(): SoakTally {
  return {
    connections: 0,
    resets: 0,
    requests: 0,
    bytesRead: 0,
    bytesWritten: 0,
    faults: 0,
    wrongBytes: 0,
    unexpected: [],
  };
}

/** Writes all of the disks, so that they take no more memory later. */
async function fill(
  server: SoakServer,
  kind: SoakKind,
  names: readonly string[],
  regions: SoakRegions,
): Promise<void> {
  const all: Region[] = [];
  for (let region = regions.take(0); region !== undefined; region = regions.take(0))
    all.push(region);
  for (const name of names) {
    const client = await connect(server.uri('unix', name));
    for (const { place, model } of all.filter(({ exportName }) => exportName === name)) {
      const bytes = stampedBlocks(1, place, REGION_SECTORS);
      model.maybe(1, 0, REGION_SECTORS);
      try {
        await client.write(bytes, place * BLOCK_BYTES);
        model.done(1, 0, REGION_SECTORS);
      } catch (error) {
        if (!kind.failing.includes(name)) throw error;
      }
    }
    await client.close();
  }
  for (const region of all) regions.giveBack(region, 0);
}
