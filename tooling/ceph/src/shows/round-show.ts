/** What shows that go in rounds have in common: a volume of their own, stamped writes, and rounds up to the first fault. */
import { seededRandom } from '@nbd/filters';
import type { GatewayAccess } from '../gateway-access.ts';
import type { VolumeServer } from '../programs.ts';
import { StampedLoad } from '../stamped-load.ts';
import type { ShowReport } from './show-report.ts';
import { makeShowVolume, type ShowVolume } from './show-volume.ts';

export interface RoundOptions {
  readonly access: GatewayAccess;
  /** At most: the first fault ends it. */
  readonly rounds: number;
  readonly seed: number;
  /** The control: flushes are answered, and nothing is done about them. */
  readonly losesFlushes: boolean;
  /** When it is aborted, the round under way is the last, and does not count. */
  readonly signal: AbortSignal;
}

/** What a round has to do with. */
export interface Scene {
  readonly volume: ShowVolume;
  readonly load: StampedLoad;
  readonly random: () => number;
  /** Of the volume, and of nobody's clients. */
  readonly server: VolumeServer;
}

/** What came of a round. */
export interface RoundOutcome {
  /** For the next round. */
  readonly server: VolumeServer;
  /** What must not be, in words. */
  readonly faults: readonly string[];
}

export interface RoundShow {
  /** What happens in each round, in a word. */
  readonly name: string;
  readonly round: (scene: Scene) => Promise<RoundOutcome>;
  /** What was done and counted, by name. */
  readonly figures: (load: StampedLoad, rounds: number) => Readonly<Record<string, string>>;
}

/** Four mebibytes: few enough chunks that each is changed many times. */
export const BLOCKS = 64;

export async function showRounds(show: RoundShow, options: RoundOptions): Promise<ShowReport> {
  const { access, rounds, seed, losesFlushes, signal } = options;
  const random = seededRandom(seed);
  const load = new StampedLoad(BLOCKS, seed);
  const volume = await makeShowVolume({ access, size: load.size, losesFlushes });
  let done = 0;
  let faults: readonly string[] = [];
  try {
    let server = await volume.serve();
    while (done < rounds && faults.length === 0 && !signal.aborted) {
      const outcome = await show.round({ volume, load, random, server });
      if (signal.aborted) break;
      done += 1;
      ({ server, faults } = outcome);
    }
  } catch (error) {
    // Whoever interrupts this at a terminal interrupts the servers too.
    if (!signal.aborted) throw error;
  } finally {
    await volume.close();
  }
  return {
    title: `${show.name}, a volume${losesFlushes ? ' whose flushes do nothing' : ''}`,
    figures: show.figures(load, done),
    faults: faults.map((fault) => `${show.name} ${done}: ${fault}`),
    isControl: losesFlushes,
    // As many as were asked for, or up to the first fault.
    ...(signal.aborted &&
      done < rounds &&
      faults.length === 0 && { unfinished: `interrupted after ${done} of ${rounds}` }),
  };
}
