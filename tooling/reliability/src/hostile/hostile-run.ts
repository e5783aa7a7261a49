/** All attacks at once, beside a healthy client: what it notices of them, and what is left when they are over. */
import { setTimeout as sleep } from 'node:timers/promises';
import { DribblingCrowd, idleCrowd, stalledCrowd } from './crowds.ts';
import type { Health } from './healthy-client.ts';
import { HealthyProcess } from './healthy-process.ts';
import { HostileClient } from './hostile-client.ts';
import {
  PATTERN_EXPORT,
  PAYLOAD_BYTES_MAX,
  SCRATCH_EXPORT,
  startHostileServer,
} from './hostile-server.ts';
import { LENGTH_LIES } from './length-lies.ts';
import { RandomNumbers } from './random-numbers.ts';
import { resetStorm, tellLies } from './short-visits.ts';

/** How many of each. */
export interface HostileScale {
  readonly idle: number;
  readonly stalled: number;
  readonly dribbling: number;
  readonly resets: number;
  /** Before the attacks, and beyond them where they are over sooner. */
  readonly seconds: number;
}

export const FULL_SCALE: HostileScale = {
  idle: 500,
  stalled: 64,
  dribbling: 100,
  resets: 10_000,
  seconds: 5,
};

export interface HostileReport {
  readonly lies: number;
  readonly handshakes: number;
  readonly dribbledBytes: number;
  readonly before: Health;
  readonly meanwhile: Health;
  /** At the same time, of a client of another server on this machine, which nobody attacks. */
  readonly beside: Health;
  readonly memory: { readonly quiet: number; readonly peak: number; readonly bound: number };
  readonly descriptors: { readonly before: number; readonly after: number };
  /** Connections that the server takes in again once the attackers are gone, of so many that it may. */
  readonly slots: { readonly free: number; readonly of: number };
  /** Whether it keeps its limit all the same. */
  readonly keepsLimit: boolean;
  readonly log: string;
  /** The exit code of the server, or the signal that ended it. */
  readonly exit: string;
}

const MIB = 2 ** 20;
/** Places for those who come and go. */
const SPARE_SLOTS = 64;
const HANDSHAKE_SECONDS = 3;
/** How long the server may take to notice that clients are gone. */
const NOTICE_MILLIS = 10_000;
const POLL_MILLIS = 50;

/** Of all connections together: `lentBytesMax` and `idleBytesMax`, which are left at their defaults. */
const SHARED_BYTES = (64 + 32) * MIB;
/** What a connection with requests may hold besides: one request, a share of 1 MiB, and what goes before it is looked at. */
const BUSY_BYTES = PAYLOAD_BYTES_MAX + 2 * MIB;
/** What a connection is, in memory of JavaScript and of the system's. */
const CONNECTION_BYTES = 64 * 1024;

export interface HostileRunOptions {
  readonly seed: number;
  readonly scale: HostileScale;
  readonly workers: number;
}

export async function runHostile({
  seed,
  scale,
  workers,
}: HostileRunOptions): Promise<HostileReport> {
  const { idle, stalled, dribbling, resets, seconds } = scale;
  const slots = idle + stalled + dribbling + SPARE_SLOTS;
  const server = await startHostileServer({
    maxConnections: slots + 1, // the healthy one
    handshakeTimeout: HANDSHAKE_SECONDS,
    workers,
  });
  const peaceful = await startHostileServer({ maxConnections: 1, handshakeTimeout: 0, workers });
  const { port } = server;
  const [healthy, bystander] = [port, peaceful.port].map(
    (each) => new HealthyProcess(`nbd://127.0.0.1:${each}/${PATTERN_EXPORT}`, seed),
  ) as [HealthyProcess, HealthyProcess];
  const random = new RandomNumbers(seed);
  try {
    await Promise.all([warmUp(healthy), warmUp(bystander)]);
    await sleep(seconds * 1000);
    const before = await healthy.health();
    await bystander.health();
    const quiet = (await server.resident()).now;
    const descriptorsBefore = await server.descriptors();

    const staying = [...(await idleCrowd(port, idle)), ...(await stalledCrowd(port, stalled))];
    const dribblers = new DribblingCrowd(port, dribbling, random);
    let lies = 0;
    const over = new AbortController();
    const lying = async (): Promise<void> => {
      do {
        await tellLies(port, LENGTH_LIES);
        lies += LENGTH_LIES.length;
      } while (!over.signal.aborted);
    };
    const storming = async (): Promise<void> => {
      await Promise.all([resetStorm(port, resets, random), sleep(seconds * 1000)]);
      over.abort();
    };
    await Promise.all([lying(), storming()]);
    const [meanwhile, beside] = await Promise.all([healthy.health(), bystander.health()]);
    const { peak } = await server.resident();
    dribblers.stop();
    for (const client of staying) client.resets();

    const descriptorsAfter = await server.settledDescriptors(descriptorsBefore, NOTICE_MILLIS);
    const { free, keepsLimit } = await countSlots(port, slots);
    await healthy.stop();
    return {
      lies,
      handshakes: dribblers.begun,
      dribbledBytes: dribblers.bytes,
      before,
      meanwhile,
      beside,
      memory: {
        quiet,
        peak,
        bound: quiet + SHARED_BYTES + stalled * BUSY_BYTES + (slots + 1) * CONNECTION_BYTES,
      },
      descriptors: { before: descriptorsBefore, after: descriptorsAfter },
      slots: { free, of: slots },
      keepsLimit,
      exit: await server.stop(),
      log: server.log,
    };
  } finally {
    await Promise.all([healthy.stop(), bystander.stop()]);
    await Promise.all([server.kill(), peaceful.kill()]);
  }
}

/** The first reads are not what is usual. */
async function warmUp(healthy: HealthyProcess): Promise<void> {
  let reads = 0;
  while (reads < 200) {
    await sleep(POLL_MILLIS);
    reads += (await healthy.health()).reads;
  }
}

/** Enters as often as may be, and once more. */
async function countSlots(
  port: number,
  slots: number,
): Promise<{ free: number; keepsLimit: boolean }> {
  const clients: HostileClient[] = [];
  for (let client; clients.length < slots; clients.push(client)) {
    client = await HostileClient.enter(port, SCRATCH_EXPORT);
    if (client === undefined) break;
  }
  const oneMore = await HostileClient.enter(port, SCRATCH_EXPORT);
  for (const client of [...clients, oneMore]) client?.resets();
  return { free: clients.length, keepsLimit: oneMore === undefined };
}
