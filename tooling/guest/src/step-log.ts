/** The steps that were made, each with its verdict. */

export interface StepRecord {
  readonly scenario: string;
  readonly step: string;
  /** Why it failed, in one line or more; undefined if it did not. */
  readonly failure: string | undefined;
  /** What was seen that is worth a word. */
  readonly seen: string;
  readonly seconds: number;
}

/** One run of a scenario writes its steps here. */
export class StepLog {
  readonly #records: StepRecord[] = [];
  readonly #tell: (line: string) => void;

  /** Each step is told in a line as it ends. */
  constructor(tell: (line: string) => void) {
    this.#tell = tell;
  }

  /** All steps so far, in their order. */
  get records(): readonly StepRecord[] {
    return this.#records;
  }

  /** Makes a step of `work`; `spell` says what was seen of its answer. What it throws is recorded, and thrown on. */
  async step<T>(
    scenario: string,
    step: string,
    work: () => Promise<T>,
    spell: (answer: T) => string,
  ): Promise<T> {
    const began = performance.now();
    const add = (failure: string | undefined, seen: string): void => {
      const seconds = (performance.now() - began) / 1000;
      const record = { scenario, step, failure, seen, seconds };
      this.#records.push(record);
      this.#tell(lineOf(record));
    };
    try {
      const answer = await work();
      add(undefined, spell(answer));
      return answer;
    } catch (error) {
      add(error instanceof Error ? error.message : String(error), '');
      throw error;
    }
  }
}

/** `step NAME ok` or `step NAME FAILED: why`. */
function lineOf({ scenario, step, failure, seen, seconds }: StepRecord): string {
  const what = `${scenario}: ${step}`.padEnd(62);
  const time = `${seconds.toFixed(1)} s`.padStart(7);
  if (failure !== undefined) return `step ${what} ${time} FAILED: ${failure}`;
  return `step ${what} ${time} ok ${seen}`.trimEnd();
}
