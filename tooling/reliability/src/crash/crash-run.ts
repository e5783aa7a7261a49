/**
 * The crash test: a server is killed in the middle of changes, started again, and what it then serves is held against what it
 * had promised; and once more, on the same disk, as often as one likes.
 */
import { connect } from '@nbd/client';
import { seededRandom } from '@nbd/filters';
import { closeAll, connectSeveral } from '../connect-several.ts';
import { loadUntilKilled } from './crash-load.ts';
import { DiskPlace } from '../disk-place.ts';
import { BROKEN, DurabilityModel, type Fate } from './durability-model.ts';
import { SocketServer } from '../servers/socket-server.ts';
import type { ServerKind } from '../servers/server-table.ts';
import { BLOCK_BYTES, stampsIn } from '../stamped-blocks.ts';

export interface CrashRunOptions {
  readonly kind: ServerKind;
  readonly rounds: number;
  readonly seed: number;
  readonly connections?: number;
}

/** A block that is not what it must be. */
export interface CrashFinding {
  /** From 1. */
  readonly round: number;
  readonly block: number;
  readonly fate: Fate;
  /** The stamps that were found, and those that could have been. */
  readonly found: readonly number[];
  readonly allowed: readonly number[];
}

/** What was done and seen, in all rounds together. */
export interface CrashReport {
  readonly rounds: number;
  /** Rounds in which a promise was broken. */
  readonly brokenRounds: number;
  /** Whether the server said CAN_MULTI_CONN, and was held to it. */
  readonly flushCoversAll: boolean;
  /** Answered before the kills; `fuaChanges` are among `changes`. */
  readonly changes: number;
  readonly fuaChanges: number;
  readonly flushes: number;
  /** Changes that were under way when their server was killed. */
  readonly inFlight: number;
  /** How many blocks had which fate, over all rounds. */
  readonly fates: Readonly<Record<Fate, number>>;
  /** Rounds after which the server did not serve what is in its file. */
  readonly servedOtherwise: number;
  /** The first of the broken promises. */
  readonly findings: readonly CrashFinding[];
}

const BLOCKS = 2048;
const FINDINGS_MAX = 10;
const KILL_AFTER_MIN = 50;
const KILL_AFTER_MAX = 400;
/** Rounds differ in it, so that some crashes find much that was not flushed, and some little. */
const FLUSH_CHANCE_MIN = 0.02;
const FLUSH_CHANCE_MAX = 0.1;

/** How many bytes have broken their promise. */
export function brokenBytes(report: CrashReport): number {
  return brokenBlocks(report) * BLOCK_BYTES;
}

function brokenBlocks({ fates }: CrashReport): number {
  return BROKEN.reduce((sum, fate) => sum + fates[fate], 0);
}

type Total = { -readonly [K in keyof CrashReport]: CrashReport[K] } & {
  readonly fates: Record<Fate, number>;
  readonly findings: CrashFinding[];
};

export async function runCrashes({
  kind,
  rounds,
  seed,
  connections = 4,
}: CrashRunOptions): Promise<CrashReport> {
  const random = seededRandom(seed);
  const place = await DiskPlace.make(BLOCKS * BLOCK_BYTES);
  const total = nothing();
  let stamp = 0;
  let server = await start(kind, place, seed);
  try {
    let model: DurabilityModel | undefined;
    while (total.rounds < rounds) {
      const clients = await connectSeveral(server.uri, connections);
      total.flushCoversAll = clients.every(({ info }) => info.can.multiConn);
      model ??= new DurabilityModel({ blocks: BLOCKS, flushCoversAll: total.flushCoversAll });
      const counts = await loadUntilKilled({
        clients,
        model,
        random,
        blocks: BLOCKS,
        nextStamp: () => (stamp += 1),
        killAfter: KILL_AFTER_MIN + Math.floor(random() * (KILL_AFTER_MAX - KILL_AFTER_MIN)),
        flushChance: FLUSH_CHANCE_MIN + random() * (FLUSH_CHANCE_MAX - FLUSH_CHANCE_MIN),
        kill: () => void server.kill(),
      });
      await closeAll(clients);
      await server.kill();
      for (const key of ['changes', 'fuaChanges', 'flushes', 'inFlight'] as const) {
        total[key] += counts[key];
      }

      total.rounds += 1;
      server = await start(kind, place, seed + total.rounds);
      const bytes = await bytesServed(server);
      if (Buffer.compare(bytes, await place.bytes()) !== 0) total.servedOtherwise += 1;
      judge(model, bytes, total);
    }
    return total;
  } finally {
    await server.kill();
    await place.remove();
  }
}

function nothing(): Total {
  return {
    rounds: 0,
    brokenRounds: 0,
    flushCoversAll: false,
    changes: 0,
    fuaChanges: 0,
    flushes: 0,
    inFlight: 0,
    fates: { latest: 0, 'rolled-back': 0, 'torn-in-flight': 0, lost: 0, torn: 0, foreign: 0 },
    servedOtherwise: 0,
    findings: [],
  };
}

/** Adds up what became of each block in this round, and lets the model go on from there. */
function judge(model: DurabilityModel, bytes: Uint8Array, total: Total): void {
  const found = (block: number) => stampsIn(bytes, block * BLOCK_BYTES, block);
  const before = brokenBlocks(total);
  for (let block = 0; block < BLOCKS; block++) {
    const fate = model.fate(block, found(block));
    total.fates[fate] += 1;
    if (BROKEN.includes(fate) && total.findings.length < FINDINGS_MAX) {
      const allowed = [...model.allowed(block)];
      total.findings.push({ round: total.rounds, block, fate, found: found(block), allowed });
    }
  }
  if (brokenBlocks(total) > before) total.brokenRounds += 1;
  model.restart(found);
}

function start(kind: ServerKind, place: DiskPlace, seed: number): Promise<SocketServer> {
  const { disk, socket } = place;
  return SocketServer.start(kind, { disk, socket, seed });
}

async function bytesServed(server: SocketServer): Promise<Uint8Array> {
  const client = await connect(server.uri);
  const bytes = await client.read(0, client.size);
  await client.close();
  return bytes;
}
