/**
 * The test of order: reads and writes of the same few blocks on several connections, and whether what was read could have come
 * from one register for each block. The history is judged in parts, each of which begins with what the last has ended with, and
 * has connections of its own, so that threads of a server share them out anew.
 */
import type { Client } from '@nbd/client';
import { seededRandom } from '@nbd/filters';
import { type BlockAnomaly, BlockHistory } from './block-history.ts';
import { closeAll, connectSeveral } from '../connect-several.ts';
import { DiskPlace } from '../disk-place.ts';
import { SocketServer } from '../servers/socket-server.ts';
import { LINEARIZABLE_BYTES, type ServerKind } from '../servers/server-table.ts';
import { BLOCK_BYTES, FOREIGN, stampedBlocks, stampsIn, ZEROES } from '../stamped-blocks.ts';

export interface LinearizableRunOptions {
  readonly kind: ServerKind;
  /** No part is begun later. */
  readonly seconds: number;
  readonly seed: number;
  readonly connections?: number;
}

export interface LinearizableReport {
  readonly parts: number;
  readonly reads: number;
  readonly writes: number;
  /** Blocks that a read has found torn by a write at the same time, where that is allowed. */
  readonly tornInFlight: number;
  /** How many blocks of all parts had an anomaly. */
  readonly anomalyCount: number;
  /** The first of them, with their parts, from 1. */
  readonly anomalies: readonly (BlockAnomaly & { readonly part: number })[];
}

interface Tally {
  reads: number;
  writes: number;
  tornInFlight: number;
}

const BLOCKS = LINEARIZABLE_BYTES / BLOCK_BYTES;
/** Requests in flight on each connection, and all of one part. */
const DEPTH = 4;
const PART_CALLS = 4000;
const LENGTH_MAX = 4;
/** Where most requests begin, so that they meet. */
const HOT_BLOCKS = 8;
const CHANCE = { write: 0.4, hot: 0.8 } as const;
const ANOMALIES_MAX = 10;

export async function runLinearizable({
  kind,
  seconds,
  seed,
  connections = 4,
}: LinearizableRunOptions): Promise<LinearizableReport> {
  const place = await DiskPlace.make(LINEARIZABLE_BYTES);
  const { disk, socket } = place;
  const server = await SocketServer.start(kind, { disk, socket, seed });
  try {
    return await runParts(
      () => connectSeveral(server.uri, connections),
      kind,
      Date.now() + seconds * 1000,
      seededRandom(seed),
    );
  } finally {
    await server.kill();
    await place.remove();
  }
}

async function runParts(
  connectAll: () => Promise<readonly Client[]>,
  { tearsInFlight }: ServerKind,
  deadline: number,
  random: () => number,
): Promise<LinearizableReport> {
  const tally = { reads: 0, writes: 0, tornInFlight: 0 };
  const anomalies: (BlockAnomaly & { part: number })[] = [];
  let anomalyCount = 0;
  let initial: readonly number[] = Array.from({ length: BLOCKS }, () => ZEROES);
  let stamp = 0;
  let parts = 0;
  do {
    parts += 1;
    const clients = await connectAll();
    const history = new BlockHistory({ initial, tearsInFlight });
    await runPart(clients, history, random, () => (stamp += 1), tally);
    initial = await readAll(clients[parts % clients.length] as Client, history);
    await closeAll(clients);
    const found = history.anomalies();
    anomalyCount += found.length;
    for (const anomaly of found.slice(0, ANOMALIES_MAX - anomalies.length)) {
      anomalies.push({ ...anomaly, part: parts });
    }
  } while (Date.now() < deadline);
  return { parts, ...tally, anomalyCount, anomalies };
}

async function runPart(
  clients: readonly Client[],
  history: BlockHistory,
  random: () => number,
  nextStamp: () => number,
  tally: Tally,
): Promise<void> {
  let calls = PART_CALLS;
  const strand = async (client: Client): Promise<void> => {
    while (calls > 0) {
      calls -= 1;
      const first = Math.floor(random() * (random() < CHANCE.hot ? HOT_BLOCKS : BLOCKS));
      const count = Math.min(1 + Math.floor(random() * LENGTH_MAX), BLOCKS - first);
      if (random() < CHANCE.write) {
        const value = nextStamp();
        const pending = history.writeAsked(value, first, count);
        await client.write(stampedBlocks(value, first, count), first * BLOCK_BYTES);
        history.writeAnswered(pending);
        tally.writes += 1;
      } else {
        const found = await read(client, history, first, count);
        tally.reads += 1;
        tally.tornInFlight += found.filter((stamps) => stamps.length > 1).length;
      }
    }
  };
  await Promise.all(
    clients.flatMap((client) => Array.from({ length: DEPTH }, () => strand(client))),
  );
}

/** What is in each block now, which ends the part; a torn block is foreign to the next. */
async function readAll(client: Client, history: BlockHistory): Promise<readonly number[]> {
  const found = await read(client, history, 0, BLOCKS);
  return found.map(([stamp = FOREIGN, ...others]) => (others.length > 0 ? FOREIGN : stamp));
}

async function read(
  client: Client,
  history: BlockHistory,
  first: number,
  count: number,
): Promise<readonly (readonly number[])[]> {
  const pending = history.readAsked(first, count);
  const bytes = await client.read(first * BLOCK_BYTES, count * BLOCK_BYTES);
  const found = Array.from({ length: count }, (_, i) =>
    stampsIn(bytes, i * BLOCK_BYTES, first + i),
  );
  history.readAnswered(pending, (block) => found[block - first] as readonly number[]);
  return found;
}
