/**
 * Kills the server of a volume between flushes and inside them, and looks each time whether all that it had answered
 * is there for the next one.
 */
import { setTimeout } from 'node:timers/promises';
import { type Client, connect } from '@nbd/client';
import type { GatewayAccess } from '../gateway-access.ts';
import { seededRandom } from '@nbd/filters';
import { StampedLoad } from '../stamped-load.ts';
import { makeShowVolume, type ShowVolume } from './show-volume.ts';
import type { ShowReport } from './show-report.ts';

export interface CrashOptions {
  readonly access: GatewayAccess;
  /** Kills, at most: the first fault ends it. */
  readonly rounds: number;
  readonly seed: number;
  /** The control: flushes are answered, and nothing is done about them. */
  readonly losesFlushes: boolean;
  /** When it is aborted, the round under way is the last. */
  readonly signal: AbortSignal;
}

/** Four mebibytes: few enough chunks that each is changed many times. */
const BLOCKS = 64;

/** Of these, one round of the load takes less than the most, so that kills hit all of its parts: milliseconds. */
const KILL_MILLIS_MAX = 80;

export async function showCrashes(options: CrashOptions): Promise<ShowReport> {
  const { access, rounds, seed, losesFlushes, signal } = options;
  const random = seededRandom(seed);
  const load = new StampedLoad(BLOCKS, seed);
  const volume = await makeShowVolume({ access, size: load.size, losesFlushes });
  let [kills, inside] = [0, 0];
  let faults: readonly string[] = [];
  try {
    let server = await volume.serve();
    while (kills < rounds && faults.length === 0 && !signal.aborted) {
      const client = await connect(server.uri(volume.exportName));
      for (let round = 0; round < 1 + random() * 3; round++) await load.round(client);
      // Every other kill comes when all that was written is flushed.
      const cutOff = kills % 2 === 1 ? writeUntilCutOff(load, client) : undefined;
      if (cutOff !== undefined) await setTimeout(random() * KILL_MILLIS_MAX);
      await server.end('SIGKILL');
      await cutOff;
      server = await nextServer(volume);
      const reader = await connect(server.uri(volume.exportName));
      faults = (await load.faults(reader)).map((fault) => `after kill ${kills + 1}: ${fault}`);
      load.settle();
      await reader.close();
      kills += 1;
      if (cutOff !== undefined) inside += 1;
    }
  } catch (error) {
    // Whoever interrupts this at a terminal interrupts the servers too.
    if (!signal.aborted) throw error;
  } finally {
    await volume.close();
  }
  return {
    title: losesFlushes ? 'crash, a volume whose flushes do nothing' : 'crash, a volume',
    figures: {
      kills: `${kills} of ${rounds}, ${inside} of them with writes or a flush under way`,
      flushes: `${load.rounds} answered, of 6 blocks of 64 KiB each`,
      blocks: `${kills * BLOCKS} read and compared`,
    },
    faults,
    isControl: losesFlushes,
  };
}

async function nextServer(volume: ShowVolume) {
  await volume.takeOver();
  return volume.serve();
}

/** Resolves when the server is gone. */
async function writeUntilCutOff(load: StampedLoad, client: Client): Promise<void> {
  try {
    for (;;) await load.round(client);
  } catch {
    // What was not answered may be there, or not.
  }
}
