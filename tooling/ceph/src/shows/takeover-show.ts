/**
 * Stops the server of a volume amid writing, gives the volume to another one, and lets the first one go on: nothing that
 * it has answered may be lost, and it may answer no write and no flush any more.
 */
import { setTimeout } from 'node:timers/promises';
import { type Client, connect } from '@nbd/client';
import type { GatewayAccess } from '../gateway-access.ts';
import type { VolumeServer } from '../programs.ts';
import { seededRandom } from '@nbd/filters';
import { StampedLoad } from '../stamped-load.ts';
import type { ShowReport } from './show-report.ts';
import { makeShowVolume } from './show-volume.ts';

export interface TakeoverOptions {
  readonly access: GatewayAccess;
  /** Takeovers, at most: the first fault ends it. */
  readonly rounds: number;
  readonly seed: number;
  /** The control: flushes are answered, and nothing is done about them. */
  readonly losesFlushes: boolean;
  /** When it is aborted, the round under way is the last. */
  readonly signal: AbortSignal;
}

const BLOCKS = 64;

/** The server is stopped so long after writing has begun, at most: milliseconds. */
const STOP_MILLIS_MAX = 80;

/** Flushes that a deposed server may answer until it is given up as one that always will. */
const WRONG_ANSWERS_MAX = 3;

export async function showTakeovers(options: TakeoverOptions): Promise<ShowReport> {
  const { access, rounds, seed, losesFlushes, signal } = options;
  const random = seededRandom(seed);
  const load = new StampedLoad(BLOCKS, seed);
  const volume = await makeShowVolume({ access, size: load.size, losesFlushes });
  const faults: string[] = [];
  let takeovers = 0;
  let longest = 0;
  let lateAnswers = 0;
  try {
    let server = await volume.serve();
    while (takeovers < rounds && faults.length === 0 && !signal.aborted) {
      const client = await connect(server.uri(volume.exportName));
      await load.round(client);
      const writing = new Writing(load, client);
      await setTimeout(random() * STOP_MILLIS_MAX);
      server.freeze('SIGSTOP');
      const start = performance.now();
      await volume.takeOver();
      const next = await volume.serve();
      longest = Math.max(longest, performance.now() - start);
      const reader = await connect(next.uri(volume.exportName));
      const lost = await load.faults(reader);
      writing.allow(WRONG_ANSWERS_MAX);
      const answered = load.rounds;
      server.freeze('SIGCONT');
      await writing.ended;
      const late = load.rounds - answered;
      lateAnswers += late;
      const found = [
        ...lost,
        // One may be: if its commit came before the takeover, and the stop before the answer. It must be there then.
        ...(late > 1 ? [`${late} flushes answered when deposed`] : []),
        ...(await load.faults(reader)),
        ...(await answersOf(server, volume.exportName)),
      ];
      load.settle();
      await reader.close();
      if (signal.aborted) break;
      takeovers += 1;
      faults.push(...found);
      await server.end('SIGKILL');
      server = next;
    }
  } catch (error) {
    // Whoever interrupts this at a terminal interrupts the servers too.
    if (!signal.aborted) throw error;
  } finally {
    await volume.close();
  }
  return {
    title: losesFlushes ? 'takeover, a volume whose flushes do nothing' : 'takeover, a volume',
    figures: {
      takeovers: `${takeovers} of ${rounds}, each from a server that was stopped amid writing and went on later`,
      flushes: `${load.rounds} answered, of 6 blocks of 64 KiB each`,
      'answered late': `${lateAnswers} flushes, never two in one takeover, and what they had flushed is there`,
      'longest takeover': `${Math.round(longest)} ms, with the start of the new server`,
    },
    faults: faults.map((fault) => `takeover ${takeovers}: ${fault}`),
    isControl: losesFlushes,
  };
}

/** Writes and flushes until that fails, or has been answered too often. */
class Writing {
  readonly ended: Promise<void>;
  #roundsMax = Infinity;
  readonly #load: StampedLoad;

  constructor(load: StampedLoad, client: Client) {
    this.#load = load;
    this.ended = this.#write(client);
  }

  /** So many rounds from now on. */
  allow(rounds: number): void {
    this.#roundsMax = this.#load.rounds + rounds;
  }

  async #write(client: Client): Promise<void> {
    try {
      while (this.#load.rounds < this.#roundsMax) await this.#load.round(client);
    } catch {
      // What was not answered may be there, or not.
    }
  }
}

/** What a deposed server does that it must not: it takes a write, or does not say why it takes none. */
async function answersOf(server: VolumeServer, exportName: string): Promise<readonly string[]> {
  const faults: string[] = [];
  const took = await connect(server.uri(exportName)).then(
    async (client) => {
      const written = await client.write(new Uint8Array(4096), 0, { fua: true }).then(
        () => true,
        () => false,
      );
      await client.close().catch(() => {});
      return written;
    },
    () => false,
  );
  if (took) faults.push('a write was answered when deposed');
  if (!/taken over|another host/i.test(server.log())) faults.push('nothing said why');
  return faults;
}
