/**
 * A history of reads and writes of a disk, and whether it is that of one register for each block.
 *
 * NBD promises no more: a request of several blocks may be done in parts. A block that a read finds torn is an anomaly
 * of its own kind, unless a write of that block was under way at the same time and `tearsInFlight` allows it.
 */
import { type Anomaly, type RegisterCall, registerAnomaly } from './register-check.ts';

/** A request that was made; the history knows when. */
export interface PendingCall {
  readonly first: number;
  readonly count: number;
  readonly asked: number;
}

/** Where a history cannot be that of a disk. */
export interface BlockAnomaly {
  readonly block: number;
  readonly anomaly: Anomaly | { readonly kind: 'torn-read'; readonly found: readonly number[] };
}

export interface BlockHistoryOptions {
  /** The stamp in each block at the beginning. */
  readonly initial: readonly number[];
  /**
   * Whether a read may find a block torn by a write at the same time. Its parts must then each be what a read of its own could
   * have found. Kernels promise no more of a file, where a read does not wait for writes.
   */
  readonly tearsInFlight: boolean;
}

interface TornRead extends Pick<RegisterCall, 'asked' | 'answered'> {
  readonly found: readonly number[];
}

interface BlockCalls {
  readonly calls: RegisterCall[];
  readonly torn: TornRead[];
}

const NEVER = Number.POSITIVE_INFINITY;

export class BlockHistory {
  readonly #initial: readonly number[];
  readonly #tearsInFlight: boolean;
  readonly #blocks: readonly BlockCalls[];
  readonly #writes = new Map<PendingCall, number>();
  #now = 0;

  constructor({ initial, tearsInFlight }: BlockHistoryOptions) {
    this.#initial = initial;
    this.#tearsInFlight = tearsInFlight;
    this.#blocks = initial.map(() => ({ calls: [], torn: [] }));
  }

  writeAsked(stamp: number, first: number, count: number): PendingCall {
    const pending = this.readAsked(first, count);
    this.#writes.set(pending, stamp);
    return pending;
  }

  writeAnswered(pending: PendingCall): void {
    const value = this.#writes.get(pending);
    if (value === undefined) throw new Error('expected a write in flight, found none');
    this.#writes.delete(pending);
    this.#addWrite(pending, value, this.#tick());
  }

  readAsked(first: number, count: number): PendingCall {
    return { first, count, asked: this.#tick() };
  }

  /** The read has found these stamps, of each of its blocks. */
  readAnswered(
    { first, count, asked }: PendingCall,
    found: (block: number) => readonly number[],
  ): void {
    const answered = this.#tick();
    for (let block = first; block < first + count; block++) {
      const stamps = found(block);
      const { calls, torn } = this.#blocks[block] as BlockCalls;
      for (const value of stamps) calls.push({ kind: 'read', value, asked, answered });
      if (stamps.length > 1) torn.push({ found: stamps, asked, answered });
    }
  }

  /** The first anomaly of each block that has one. To be asked once, at the end; writes in flight count as never answered. */
  anomalies(): readonly BlockAnomaly[] {
    for (const [pending, value] of this.#writes) this.#addWrite(pending, value, NEVER);
    this.#writes.clear();
    return this.#blocks.flatMap(({ calls, torn }, block): readonly BlockAnomaly[] => {
      const unlawful = torn.find((read) => !this.#mayTear(read, calls));
      if (unlawful !== undefined) {
        return [{ block, anomaly: { kind: 'torn-read', found: unlawful.found } }];
      }
      // A lawful tear has a moment for each of its parts, so they are told apart as reads of their own.
      const anomaly = registerAnomaly(this.#initial[block] as number, calls);
      return anomaly === undefined ? [] : [{ block, anomaly }];
    });
  }

  #mayTear({ asked, answered }: TornRead, calls: readonly RegisterCall[]): boolean {
    return (
      this.#tearsInFlight &&
      calls.some((call) => call.kind === 'write' && call.asked < answered && asked < call.answered)
    );
  }

  #addWrite({ first, count, asked }: PendingCall, value: number, answered: number): void {
    for (let block = first; block < first + count; block++) {
      this.#blocks[block]?.calls.push({ kind: 'write', value, asked, answered });
    }
  }

  #tick(): number {
    this.#now += 1;
    return this.#now;
  }
}
