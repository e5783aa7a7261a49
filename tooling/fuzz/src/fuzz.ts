/**
 * The loop: changes inputs that are known, runs the target with them, and keeps those that show something new, to change
 * them in their turn. New is a part of the sources that had never run (`coverage.ts`), and a word of the target that it had
 * never said. To look at the coverage is dear, so it is done for a batch, and a batch that shows something is halved until
 * it is known which of its inputs does. The less there is to be seen, the larger are the batches.
 */
import { Chance } from './chance.ts';
import { Coverage, type Look } from './coverage.ts';
import { type Finding, signatureOf } from './finding.ts';
import { type Input, messageBytes } from './input.ts';
import { minimize, trim } from './minimize.ts';
import { mutateInput } from './mutate-input.ts';
import { outcomesOf } from './outcome.ts';
import type { Target } from './target.ts';

const BATCH_MIN = 8;
const BATCH_MAX = 512;
/** Words beyond so many guide nobody any more. */
const WORDS_MAX = 4000;
/** What is kept to be changed. */
const KEPT_MAX = 3000;
/** How often one block of the sources may run for one input, which has 8 KiB at the most: beyond it, something goes round and round. */
const STEPS_MAX = 2_000_000;

export interface FuzzOptions {
  readonly target: Target;
  readonly seed: number;
  /** It ends after so many executions, or so many bytes of messages, whatever comes first. */
  readonly runsMax: number;
  readonly bytesMax: number;
  /** Inputs to begin with, beside the target's own. */
  readonly corpus?: readonly Input[];
  /** False: nothing new is looked for, and nothing is kept. For comparison. */
  readonly isGuided?: boolean;
  /** It ends after so many different finds. Default 1. */
  readonly findsMax?: number;
  /** Called now and then. */
  readonly progress?: (report: FuzzReport) => void;
}

export interface FuzzReport {
  readonly executions: number;
  readonly bytes: number;
  /** What was kept, and what there was at the beginning. */
  readonly kept: readonly Input[];
  /** Functions of the sources that ran, and blocks in these that did not. */
  readonly functions: number;
  readonly unrunBlocks: number;
  readonly words: number;
  readonly finds: readonly Finding[];
}

export function fuzz(options: FuzzOptions): Promise<FuzzReport> {
  return new Fuzzer(options).run();
}

class Fuzzer {
  readonly #options: FuzzOptions;
  readonly #target: Target;
  readonly #coverage: Coverage;
  readonly #chance: Chance;
  readonly #isGuided: boolean;
  readonly #seeds: readonly Input[];
  readonly #kept: Input[];
  readonly #words = new Set<string>();
  readonly #finds = new Map<string, Finding>();
  #batchSize = BATCH_MIN;
  #executions = 0;
  #bytes = 0;

  constructor(options: FuzzOptions) {
    this.#options = options;
    this.#target = options.target;
    this.#coverage = new Coverage(options.target.sources);
    this.#chance = new Chance(options.seed);
    this.#isGuided = options.isGuided ?? true;
    this.#seeds = options.target.seeds();
    this.#kept = [...this.#seeds, ...(options.corpus ?? [])];
  }

  async run(): Promise<FuzzReport> {
    const { runsMax, bytesMax, findsMax = 1, progress } = this.#options;
    await this.#try(this.#kept);
    this.#coverage.look(true);
    const isOver = () =>
      this.#executions >= runsMax || this.#bytes >= bytesMax || this.#finds.size >= findsMax;
    while (!isOver()) {
      const size = Math.min(this.#batchSize, runsMax - this.#executions);
      const batch = Array.from({ length: size }, () => this.#next());
      // To make them runs encoders, which is no news of the target.
      if (this.#isGuided) this.#coverage.look(false);
      for (const input of await this.#try(batch)) this.#keep(input);
      if (this.#isGuided) {
        const look = this.#coverage.look(false);
        const { isNew } = look;
        this.#batchSize = isNew
          ? Math.max(BATCH_MIN, this.#batchSize / 2)
          : Math.min(BATCH_MAX, this.#batchSize * 2);
        await this.#attribute(batch, look);
      }
      progress?.(this.#report());
    }
    return this.#report();
  }

  #next(): Input {
    const chance = this.#chance;
    const target = this.#target;
    const makeMessage = () => target.makeMessage(chance);
    const makeOpening = (choices: Uint8Array) => target.makeOpening?.(choices, chance) ?? [];
    return mutateInput(this.#pick(), { other: this.#pick(), makeMessage, makeOpening }, chance);
  }

  /** Of all that is kept, what came last and what was there first more often: whole conversations are among the seeds. */
  #pick(): Input {
    if (this.#chance.oneIn(4)) return this.#chance.pick(this.#seeds);
    const count = this.#kept.length;
    const index = this.#chance.oneIn(2)
      ? count - 1 - this.#chance.small(count)
      : this.#chance.below(count);
    return this.#kept[index] as Input;
  }

  /** Runs the target with each; answers those for which it said a new word. */
  async #try(batch: readonly Input[]): Promise<readonly Input[]> {
    this.#executions += batch.length;
    const outcomes = await outcomesOf(this.#target, batch);
    const news: Input[] = [];
    for (const [i, input] of batch.entries()) {
      const { word, error } = outcomes[i] ?? {};
      this.#bytes += messageBytes(input);
      if (error !== undefined) await this.#find(input, error);
      if (word !== undefined && !this.#words.has(word) && this.#words.size < WORDS_MAX) {
        this.#words.add(word);
        news.push(input);
      }
    }
    return news;
  }

  /** Finds out which inputs of a batch made it look so: keeps those in which something ran for the first time. */
  async #attribute(batch: readonly Input[], { isNew, runsMax }: Look): Promise<void> {
    if (!isNew && runsMax <= STEPS_MAX) return;
    const [only] = batch;
    if (batch.length === 1 && only !== undefined) {
      if (isNew) await this.#keepTrimmed(only);
      if (runsMax > STEPS_MAX) await this.#find(only, new Error(`a block ran ${runsMax} times`));
      return;
    }
    const middle = batch.length >> 1;
    for (const half of [batch.slice(0, middle), batch.slice(middle)]) {
      await this.#attribute(half, await this.#rerun(half));
    }
  }

  async #rerun(batch: readonly Input[]): Promise<Look> {
    await outcomesOf(this.#target, batch);
    return this.#coverage.look(false);
  }

  /** What is new of `input` is known from now on. */
  async #keepTrimmed(input: Input): Promise<void> {
    const trimmed = await trim(input, async (candidate) => (await this.#rerun([candidate])).isNew);
    this.#keep(trimmed);
    await outcomesOf(this.#target, [input]);
    this.#coverage.look(true);
  }

  #keep(input: Input): void {
    if (!this.#isGuided) return;
    if (this.#kept.length < KEPT_MAX) this.#kept.push(input);
    else this.#kept[this.#chance.below(KEPT_MAX)] = input;
  }

  async #find(input: Input, error: unknown): Promise<void> {
    const signature = signatureOf(error);
    if (this.#finds.has(signature)) return;
    const small = await minimize(input, async (candidate) => {
      const [outcome] = await outcomesOf(this.#target, [candidate]);
      return outcome?.error !== undefined && signatureOf(outcome.error) === signature;
    });
    this.#finds.set(signature, { input: small, error, signature });
  }

  #report(): FuzzReport {
    return {
      executions: this.#executions,
      bytes: this.#bytes,
      kept: this.#kept,
      functions: this.#coverage.functions,
      unrunBlocks: this.#coverage.unrunBlocks,
      words: this.#words.size,
      finds: [...this.#finds.values()],
    };
  }
}
