/**
 * What clients have asked for, and what they were told: as data, and as lines for people.
 */

/** What became of a request. */
export type Answer =
  /** No answer has left so far. */
  | 'pending'
  | 'ok'
  /** The connection ended before the whole answer had left. */
  | 'lost'
  /** A request that has no answer: the client's goodbye. */
  | 'none'
  /** The name of an error of the protocol, such as "ENOSPC". */
  | (string & {});

/** A request as it arrived, whether or not the disk saw anything of it. */
export interface RequestRecord {
  /** Connections count from 1. */
  readonly connection: number;
  /** As the protocol spells it: "READ", "WRITE", "WRITE_ZEROES". */
  readonly command: string;
  /** Bytes; of a RESIZE, the new size. */
  readonly offset: number;
  readonly length: number;
  /** As the protocol spells them: "FUA", "NO_HOLE". */
  readonly flags: readonly string[];
  readonly answer: Answer;
}

/** So many requests are remembered; beyond it the older half is forgotten. */
const RECORDS_MAX = 100_000;

/** The requests of all connections, in the order of their arrival. */
export class History implements Iterable<RequestRecord> {
  readonly #records: RequestRecord[] = [];
  readonly #watchers = new Set<() => void>();

  get length(): number {
    return this.#records.length;
  }

  /** One line for each request, in the order of their arrival: "#1 WRITE 512 at 4096 FUA -> ENOSPC". */
  get lines(): readonly string[] {
    return this.#records.map(spellRecord);
  }

  /** The n-th request, counted from 0, or from the end with a negative number. */
  at(index: number): RequestRecord | undefined {
    return this.#records.at(index);
  }

  [Symbol.iterator](): IterableIterator<RequestRecord> {
    return this.#records.values();
  }

  /** All lines, for messages and logs. */
  toString(): string {
    return this.lines.join('\n');
  }

  /** Forgets what was so far; records that a test holds still change. */
  clear(): void {
    this.#records.length = 0;
  }

  /**
   * Resolves as soon as `holds` answers true. It is asked now, and whenever a request has arrived or an
   * answer has left; what it throws rejects.
   */
  until(holds: (history: History) => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        try {
          if (!holds(this)) return;
          resolve();
        } catch (error) {
          reject(error);
        }
        this.#watchers.delete(look);
      };
      this.#watchers.add(look);
      look();
    });
  }

  /** A request has arrived. The answer tells what becomes of it. For the server. */
  add(request: RequestRecord): (answer: Answer) => void {
    const record = { ...request };
    if (this.#records.length === RECORDS_MAX) this.#records.splice(0, RECORDS_MAX / 2);
    this.#records.push(record);
    this.#changed();
    return (answer) => {
      if (record.answer !== 'pending') return;
      record.answer = answer;
      this.#changed();
    };
  }

  #changed(): void {
    for (const look of this.#watchers) look();
  }
}

function spellRecord(record: RequestRecord): string {
  const { connection, command, flags, answer } = record;
  const parts = [`#${connection}`, command, ...spellRange(record), ...flags];
  return answer === 'none' ? parts.join(' ') : `${parts.join(' ')} -> ${answer}`;
}

function spellRange({ command, offset, length }: RequestRecord): readonly string[] {
  switch (command) {
    case 'FLUSH':
    case 'DISC':
      return [];
    case 'RESIZE':
      return [`to ${offset}`];
    default:
      return [`${length} at ${offset}`];
  }
}
