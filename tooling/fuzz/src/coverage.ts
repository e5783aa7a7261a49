/**
 * Which parts of the sources have run, from V8 itself: nothing is instrumented, so that what is fuzzed is what is shipped.
 *
 * V8 answers for each function that ran since the last time its blocks with their counts, in source offsets, and leaves
 * out blocks that ran as often as what is around them. So what is kept of a function are the stretches that never ran;
 * something new has run when a function is new or one of its stretches has become shorter.
 *
 * V8 counts blocks only in functions that it compiles while it counts. So counting begins with the first `Coverage`, which
 * must be made before the sources run for the first time, and ends with the process.
 */
import { type Profiler, Session } from 'node:inspector';

/** A stretch of a source, offsets in characters. */
type Stretch = readonly [start: number, end: number];

export interface Look {
  /** Whether something has run that never had. */
  readonly isNew: boolean;
  /** How often the block that ran most often has run since the last look. */
  readonly runsMax: number;
}

export class Coverage {
  readonly #sources: readonly string[];
  /** By function: what has never run. */
  readonly #unrun = new Map<string, readonly Stretch[]>();

  /** Looks at the sources whose paths have one of `sources` in them, from now on. */
  constructor(sources: readonly string[]) {
    this.#sources = sources;
    takeCounts();
  }

  /** How many functions have run. */
  get functions(): number {
    return this.#unrun.size;
  }

  /** How many stretches of these functions have never run. */
  get unrunBlocks(): number {
    let count = 0;
    for (const stretches of this.#unrun.values()) count += stretches.length;
    return count;
  }

  /** Looks at what has run since the last look. `remembers`: what is new then is not new the next time. */
  look(remembers: boolean): Look {
    let isNew = false;
    let runsMax = 0;
    for (const { url, functions } of takeCounts()) {
      if (!this.#sources.some((part) => url.includes(part))) continue;
      for (const each of functions) {
        for (const { count } of each.ranges) runsMax = Math.max(runsMax, count);
        if (this.#learn(url, each, remembers)) isNew = true;
      }
    }
    return { isNew, runsMax };
  }

  #learn(url: string, { ranges }: Profiler.FunctionCoverage, remembers: boolean): boolean {
    const [whole] = ranges;
    if (whole === undefined || whole.count === 0) return false;
    const key = `${url}:${whole.startOffset}-${whole.endOffset}`;
    const known = this.#unrun.get(key);
    const unrun = ranges
      .filter(({ count }) => count === 0)
      .map(({ startOffset, endOffset }): Stretch => [startOffset, endOffset]);
    const still = known === undefined ? unrun : overlap(known, unrun);
    const isNew = known === undefined || lengthOf(still) < lengthOf(known);
    if (isNew && remembers) this.#unrun.set(key, still);
    return isNew;
  }
}

let profiler: Session | undefined;

/** What has run since this was last called. */
function takeCounts(): readonly Profiler.ScriptCoverage[] {
  profiler ??= startedProfiler();
  let taken: readonly Profiler.ScriptCoverage[] = [];
  profiler.post('Profiler.takePreciseCoverage', (error, { result }) => {
    if (error !== null) throw new Error(error.message);
    taken = result;
  });
  return taken;
}

function startedProfiler(): Session {
  const session = new Session();
  session.connect();
  session.post('Profiler.enable');
  session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  return session;
}

/** What is in both; each is in order, without overlaps of its own. */
function overlap(some: readonly Stretch[], others: readonly Stretch[]): readonly Stretch[] {
  return some.flatMap(([start, end]) =>
    others
      .map(([from, to]): Stretch => [Math.max(start, from), Math.min(end, to)])
      .filter(([from, to]) => from < to),
  );
}

function lengthOf(stretches: readonly Stretch[]): number {
  return stretches.reduce((sum, [start, end]) => sum + end - start, 0);
}
