/**
 * The load that a crash cuts off: changes and flushes on several connections, many at a time, of which the model is told as
 * they are asked for and answered.
 */
import type { Client, NbdError } from '@nbd/client';
import type { DurabilityModel, PendingChange } from './durability-model.ts';
import { BLOCK_BYTES, stampedBlocks, ZEROES } from '../stamped-blocks.ts';

export interface CrashLoad {
  readonly clients: readonly Client[];
  readonly model: DurabilityModel;
  /** Numbers from 0 to below 1. */
  readonly random: () => number;
  /** A stamp that was not used before. */
  readonly nextStamp: () => number;
  /** How many blocks the disk has. */
  readonly blocks: number;
  /** The share of requests that are flushes. */
  readonly flushChance: number;
  /** After so many answers `kill` is called. */
  readonly killAfter: number;
  readonly kill: () => void;
}

/** How many requests were answered, and how many changes were not. */
export interface CrashLoadCounts {
  changes: number;
  fuaChanges: number;
  flushes: number;
  inFlight: number;
}

/** Requests in flight on each connection. */
const DEPTH = 8;
const LENGTH_MAX = 24;
const LONG_LENGTH = 256;
/** Where half of all changes go, so that they meet. */
const HOT_BLOCKS = 64;

const CHANCE = { fua: 0.15, zero: 0.1, long: 0.02, hot: 0.5 } as const;

/**
 * Runs until the server is gone.
 *
 * @throws NbdError that is not the loss of a connection
 */
export async function loadUntilKilled(load: CrashLoad): Promise<CrashLoadCounts> {
  const counts = { changes: 0, fuaChanges: 0, flushes: 0, inFlight: 0 };
  let answers = 0;
  const answered = () => {
    answers += 1;
    if (answers === load.killAfter) load.kill();
  };
  const strand = async (connection: number, client: Client): Promise<void> => {
    for (;;) {
      const flushes = load.random() < load.flushChance;
      const alive = flushes
        ? await flush(load, connection, client, counts)
        : await change(load, connection, client, counts);
      if (!alive) return;
      answered();
    }
  };
  await Promise.all(
    load.clients.flatMap((client, connection) =>
      Array.from({ length: DEPTH }, () => strand(connection, client)),
    ),
  );
  return counts;
}

async function flush(
  { model }: CrashLoad,
  connection: number,
  client: Client,
  counts: CrashLoadCounts,
): Promise<boolean> {
  const pending = model.flushAsked(connection);
  if (!(await isAnswered(client.flush()))) return false;
  model.flushAnswered(pending);
  counts.flushes += 1;
  return true;
}

async function change(
  load: CrashLoad,
  connection: number,
  client: Client,
  counts: CrashLoadCounts,
): Promise<boolean> {
  const pending = drawChange(load, connection, client);
  const { stamp, first, count, fua } = pending;
  const offset = first * BLOCK_BYTES;
  const request =
    stamp === ZEROES
      ? client.zero(offset, count * BLOCK_BYTES, { fua })
      : client.write(stampedBlocks(stamp, first, count), offset, { fua });
  if (!(await isAnswered(request))) {
    counts.inFlight += 1;
    return false;
  }
  load.model.changeAnswered(pending);
  counts.changes += 1;
  if (fua) counts.fuaChanges += 1;
  return true;
}

function drawChange(load: CrashLoad, connection: number, client: Client): PendingChange {
  const { random, blocks } = load;
  const { can } = client.info;
  const length = random() < CHANCE.long ? LONG_LENGTH : 1 + Math.floor(random() * LENGTH_MAX);
  const span = random() < CHANCE.hot ? HOT_BLOCKS : blocks;
  const first = Math.floor(random() * span);
  return load.model.changeAsked({
    stamp: can.zero && random() < CHANCE.zero ? ZEROES : load.nextStamp(),
    first,
    count: Math.min(length, blocks - first),
    connection,
    fua: can.fua && random() < CHANCE.fua,
  });
}

/** Whether the request was done; not, if the connection was lost. */
async function isAnswered(request: Promise<void>): Promise<boolean> {
  try {
    await request;
    return true;
  } catch (error) {
    if (isLoss((error as NbdError).code)) return false;
    throw error;
  }
}

function isLoss(code: string): boolean {
  return code === 'ECONNRESET' || code === 'EPIPE';
}
