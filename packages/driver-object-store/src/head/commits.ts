/**
 * Commits: changes of the head by its owner. One is under way at a time, and those that are asked for meanwhile share
 * the next. Each is the commit point of what was uploaded, the proof that nobody has taken over, and the renewal of
 * the lease, in one request.
 *
 * | state    | holds when                                             | leaves on                                  |
 * | -------- | ------------------------------------------------------ | ------------------------------------------ |
 * | fresh    | the last commit that succeeded began within the lease  | time: stale; a foreign head: deposed       |
 * | stale    | it began longer ago                                    | a commit: fresh; a foreign head: deposed   |
 * | deposed  | another's generation was seen in the head              | never                                      |
 * | released | the head was left without an owner                     | never                                      |
 */
import { DriverError } from '@nbd/driver';
import { driverErrorOf } from '../store/driver-failure.ts';
import type { CountedPack } from './counted-packs.ts';
import type { Head, Owner } from './head.ts';
import type { HeadChain } from './head-chain.ts';
import type { VolumeObserver } from '../store/observer.ts';
import type { Clock } from '../surroundings.ts';
import { VolumeError } from '../volume-error.ts';

export interface CommitsOptions {
  readonly chain: HeadChain;
  readonly generation: number;
  readonly owner: Owner;
  readonly clock: Clock;
  /** When the request began that made us the owner. */
  readonly ownedSince: number;
  /** The last sequence up to which everything is in the store, or in `packs`. */
  readonly watermark: () => number;
  /** The packs that count when everything up to that sequence does. */
  readonly packs: (durable: number) => readonly CountedPack[];
  /** The head says that everything up to `head.durable` counts. */
  readonly committed: (head: Head) => void;
  readonly observer: VolumeObserver;
}

/** Something else that is to change with a commit. */
export type HeadEdit = (head: Head) => Head;

export class Commits {
  readonly #options: CommitsOptions;
  readonly #volumeId: string;
  #edits: HeadEdit[] = [];
  #running: Promise<void> | undefined;
  #next: Promise<void> | undefined;
  /** Bytes, as it was committed: an attempt at another one that has failed may have taken effect, and is undone. */
  #size: number;
  #durable = 0;
  #renewedAt: number;
  #ended: DriverError | undefined;
  #cancelRenewal: () => void = () => {};

  constructor(options: CommitsOptions) {
    this.#options = options;
    this.#volumeId = options.chain.head.id;
    this.#size = options.chain.head.size;
    this.#renewedAt = options.ownedSince;
    this.#renewLater(options.owner.lease / 3);
  }

  /** The last sequence that counts. */
  durable(): number {
    return this.#durable;
  }

  /** Whether requests may be answered now: nobody else can have been let in yet. Hot path. */
  isFresh(): boolean {
    return (
      this.#ended === undefined &&
      this.#options.clock.now() - this.#renewedAt <= this.#options.owner.lease
    );
  }

  /** Resolves once requests may be answered. Rejects with a `DriverError` when they may not. */
  async confirm(): Promise<void> {
    if (this.isFresh()) return;
    await this.publish();
    if (this.#ended !== undefined) throw this.#ended;
    if (!this.isFresh()) throw new DriverError('EIO', 'the lease ends sooner than it is renewed');
  }

  /** False: another host has taken the volume over, or it is closed. */
  isOwned(): boolean {
    return this.#ended === undefined;
  }

  /** Throws a `DriverError` that says why the volume is not ours any more. */
  checkOwned(): void {
    if (this.#ended !== undefined) throw this.#ended;
  }

  /** Changes the head, with `edit` and with what is in the store by now. Rejects with a `DriverError`. */
  publish(edit?: HeadEdit): Promise<void> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    if (edit !== undefined) this.#edits.push(edit);
    if (this.#next !== undefined) return this.#next;
    if (this.#running === undefined) return this.#start();
    const startNext = () => {
      this.#next = undefined;
      return this.#start();
    };
    this.#next = this.#running.then(startNext, startNext);
    return this.#next;
  }

  /** The volume could not be opened after all: the lease is left to end by itself. */
  abandon(): void {
    this.end(new DriverError('ESHUTDOWN', 'the volume was not opened'));
  }

  /** No commit comes after this. */
  end(reason: DriverError): void {
    this.#ended ??= reason;
    this.#cancelRenewal();
  }

  #start(): Promise<void> {
    const running = this.#run();
    this.#running = running;
    const ended = () => {
      if (this.#running === running) this.#running = undefined;
    };
    running.then(ended, ended);
    return running;
  }

  async #run(): Promise<void> {
    if (this.#ended !== undefined) throw this.#ended;
    const { chain, owner, clock, committed } = this.#options;
    const edits = this.#edits;
    this.#edits = [];
    const began = clock.now();
    const size = this.#size;
    const durable = this.#options.watermark();
    const packs = this.#options.packs(durable);
    try {
      const head = await chain.swap(
        (before) =>
          edits.reduce((edited, edit) => edit(edited), { ...before, size, durable, packs }),
        (theirs) => this.#isOwn(theirs),
      );
      this.#size = head.size;
      this.#durable = durable;
      this.#renewedAt = began;
      this.#renewLater(owner.lease / 3 - (clock.now() - began));
      committed(head);
      if (head.owner === undefined) this.end(new DriverError('ESHUTDOWN', 'the volume is closed'));
    } catch (error) {
      throw this.#failure(error);
    }
  }

  /** Whether a head is one of ours, be it that somebody has added to it. Without an owner: we have left it. */
  #isOwn({ id, generation, owner }: Head): boolean {
    if (id !== this.#volumeId || generation !== this.#options.generation) return false;
    return owner === undefined || owner.id === this.#options.owner.id;
  }

  #failure(error: unknown): unknown {
    const failure = driverErrorOf(error);
    if (error instanceof VolumeError && failure instanceof DriverError) {
      const reason = new DriverError('ESHUTDOWN', error.message, { cause: error });
      const isNews = this.#ended === undefined;
      this.end(reason);
      if (isNews) this.#options.observer.deposed?.(error);
      return reason;
    }
    this.#renewLater(this.#options.owner.lease / 6);
    return failure;
  }

  #renewLater(millis: number): void {
    this.#cancelRenewal();
    if (this.#ended !== undefined) return;
    this.#cancelRenewal = this.#options.clock.after(Math.max(millis, 1), () => {
      this.publish().catch((error: Error) => {
        if (this.isOwned()) this.#options.observer.commitFailed?.(error);
      });
    });
  }
}
