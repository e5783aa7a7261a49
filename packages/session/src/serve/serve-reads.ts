/**
 * READs: whole ones as they come, long ones piece by piece.
 *
 * Those of one turn are gathered and given to the disk together if it can take them so. Whole ones are
 * always given before any other request that came after them; the pieces of long ones between the others,
 * as the peer takes them, so that a long READ holds up nobody.
 *
 * Hot path: an answer given at once costs no promise and no closure.
 */
import { CommandFlag, ErrorCode } from '@nbd/codec';
import type { Awaitable, BatchedRead, Driver } from '@nbd/driver';
import type { ServerSession } from '../server/server-session.ts';
import type { Chunks } from '../server/transmission/chunks.ts';
import type { DataPiece } from '../server/transmission/data-piece.ts';
import type { ExportFacts } from '../server/transmission/export-facts.ts';
import type { InFlight } from '../server/transmission/in-flight.ts';
import { mustStillFit } from './current-size.ts';
import { findHoles, type Hole } from './find-holes.ts';
import { attempt, type Gate, gateOf } from './gate.ts';
import { isPromise } from './is-promise.ts';
import { LongRead, PIECE_BYTES } from './long-read.ts';
import type { Outcomes } from './outcomes.ts';

/** Reads are given to the disk when they come to this much, so that their data stays in the cache. */
const BATCH_BYTES_MAX = 256 * 1024;

const SETTLED = Promise.resolve();

export interface ReadsParts {
  readonly session: ServerSession;
  readonly driver: Driver;
  readonly facts: ExportFacts;
  readonly outcomes: Outcomes;
  /** Called with the bytes of a read that is given to the disk, and with none for each extent that it tells. */
  readonly spent: (bytes: number) => void;
  /** See `Channel.lendsFrom`. */
  readonly lendsFrom: number | undefined;
}

export class Reads {
  readonly #session: ServerSession;
  readonly #driver: Driver;
  readonly #facts: ExportFacts;
  readonly #outcomes: Outcomes;
  readonly #spent: (bytes: number) => void;
  readonly #lendsFrom: number;
  readonly #chunks: Chunks | undefined;
  readonly #gate: Gate | undefined;
  readonly #mustClear: boolean;
  readonly #takesBatches: boolean;

  /** The reads of this turn, with what the driver is to fill; `#reads[i]` belongs to `#owners[i]`. */
  readonly #owners: (InFlight | DataPiece)[] = [];
  readonly #reads: BatchedRead[] = [];
  #gatheredBytes = 0;
  /** The disk answered its last read later, so the next ones get a place apart. */
  #answersLater = false;

  /** The long ones, oldest first. */
  readonly #long: Map<InFlight, LongRead> = new Map();

  constructor({ session, driver, facts, outcomes, spent, lendsFrom }: ReadsParts) {
    this.#session = session;
    this.#driver = driver;
    this.#facts = facts;
    this.#outcomes = outcomes;
    this.#spent = spent;
    this.#lendsFrom = (driver.lendsViews === true ? lendsFrom : undefined) ?? Infinity;
    this.#chunks = session.chunks;
    this.#gate = gateOf(driver);
    this.#mustClear = driver.fillsTarget !== true;
    this.#takesBatches = driver.readBatch !== undefined && this.#gate === undefined;
  }

  /** Carries out a READ, or leaves it, or a part of it, for `serveGathered`. */
  serve(request: InFlight): void {
    const { length } = request;
    if (length > PIECE_BYTES && this.#chunks !== undefined) {
      if ((request.flags & CommandFlag.DF) === 0) {
        this.#beginLong(request, this.#chunks);
        return;
      }
    }
    // A place that is not needed goes back at once if it is one apart.
    const apart = this.#answersLater || length >= this.#lendsFrom;
    const target = this.#session.reserveData(request, apart);
    this.#spent(length);
    this.#read(request, target, request.offset);
  }

  /** Carries out what was gathered, and the next pieces of long READs; false: there was nothing to do. */
  serveGathered(): boolean {
    const began = this.#beginPieces();
    return this.#serveBatch() || began;
  }

  /** Carries out what was gathered, whole READs among it. */
  serveWhole(): void {
    this.#serveBatch();
  }

  /** The client has gone: nothing more of the long READs is read. */
  abandon(): void {
    for (const read of this.#long.values()) {
      read.abandon();
      this.#endIfOver(read);
    }
  }

  #beginLong(request: InFlight, chunks: Chunks): void {
    const read = new LongRead(request, chunks);
    this.#long.set(request, read);
    if (this.#driver.extents === undefined) return;
    const holes: Hole[] = [];
    read.lookForHoles();
    const looked = () => this.#spent(0);
    const finding = attempt(this.#gate, () =>
      findHoles(this.#driver, this.#facts, request, holes, looked),
    );
    if (!isPromise(finding)) {
      read.found(holes);
      return;
    }
    // A disk that cannot tell its holes may well be able to read.
    void finding
      .then(
        () => this.#foundHoles(read, holes),
        () => this.#foundHoles(read, []),
      )
      .then(this.#outcomes.answered, this.#outcomes.broken);
  }

  /** A client that has gone in the meantime is found out in the same breath: see `#filled`. */
  #foundHoles(read: LongRead, holes: Hole[]): void {
    read.found(holes);
    this.#endIfOver(read);
  }

  #beginPieces(): boolean {
    let bytes = 0;
    let began = false;
    for (const read of this.#long.values()) {
      const { at } = read;
      while (bytes < BATCH_BYTES_MAX) {
        const piece = read.begin();
        if (piece === undefined) break;
        bytes += piece.target.length;
        this.#readPiece(read, piece);
      }
      began ||= read.at > at; // some have nothing but holes
      this.#endIfOver(read);
      if (bytes >= BATCH_BYTES_MAX) break;
    }
    return began;
  }

  #readPiece(read: LongRead, piece: DataPiece): void {
    const { request, target, offset } = piece;
    this.#spent(target.length);
    if (read.piecesUnderWay === 1) this.#outcomes.diskBegins(request);
    try {
      mustStillFit(this.#driver, this.#facts, request, offset, target.length);
    } catch (error) {
      this.#failed(read, piece, error);
      return;
    }
    this.#read(piece, target, offset);
  }

  /** Fills `target`, now or with the next batch. */
  #read(owner: InFlight | DataPiece, target: Uint8Array, offset: number): void {
    if (this.#mustClear) target.fill(0);
    if (this.#takesBatches) {
      this.#owners.push(owner);
      const takesView = target.length >= this.#lendsFrom;
      this.#reads.push({ target, offset, answer: undefined, takesView, view: undefined });
      this.#gatheredBytes += target.length;
      if (this.#gatheredBytes >= BATCH_BYTES_MAX) this.#serveBatch();
      return;
    }
    const answer = this.#attemptRead(owner, target, offset);
    this.#answersLater = answer !== undefined;
    this.#settle(owner, answer);
  }

  #serveBatch(): boolean {
    const count = this.#owners.length;
    if (count === 0) return false;
    this.#gatheredBytes = 0;
    const owners = this.#owners.splice(0);
    const reads = this.#reads.splice(0);
    this.#attemptBatch(reads);
    this.#answersLater = false;
    for (let i = 0; i < count; i++) {
      const owner = owners[i] as InFlight | DataPiece;
      const read = reads[i] as BatchedRead;
      if (read.answer !== undefined) this.#answersLater = true;
      this.#settle(owner, read.view === undefined ? read.answer : this.#lend(owner, read));
    }
    return true;
  }

  /** A view that cannot be is a mistake of the driver's, which may be filling the target yet. */
  #lend(owner: InFlight | DataPiece, read: BatchedRead): Awaitable<void> {
    if (!isViewFor(read)) {
      const fail = () => {
        throw new Error(`a read of ${owner.length} bytes has a view that breaks the contract`);
      };
      return (isPromise(read.answer) ? read.answer : SETTLED).then(fail);
    }
    this.#session.lendData(owner, read.view);
    return undefined;
  }

  /** A driver that throws for the whole batch fails every read of it, once none is being filled any more. */
  #attemptBatch(reads: readonly BatchedRead[]): void {
    try {
      this.#driver.readBatch?.(reads);
    } catch (error) {
      const fault = () => Promise.reject(error);
      for (const read of reads) read.answer = (read.answer ?? SETTLED).then(fault, fault);
    }
  }

  #attemptRead(owner: InFlight | DataPiece, target: Uint8Array, offset: number): Awaitable<void> {
    if (this.#gate !== undefined) {
      const request = owner.kind === 'request' ? owner : owner.request;
      return this.#gate.pass(() => {
        mustStillFit(this.#driver, this.#facts, request, offset, target.length);
        return this.#driver.read(target, offset);
      });
    }
    try {
      return this.#driver.read(target, offset);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #settle(owner: InFlight | DataPiece, answer: Awaitable<void>): void {
    if (owner.kind === 'request') {
      this.#outcomes.settle(owner, answer);
      return;
    }
    const read = this.#long.get(owner.request) as LongRead;
    if (answer === undefined || !isPromise(answer)) {
      this.#filled(read, owner);
      return;
    }
    void answer
      .then(
        () => this.#filled(read, owner),
        (error: unknown) => this.#failed(read, owner, error),
      )
      .then(this.#outcomes.answered, this.#outcomes.broken);
  }

  /** What ends a READ frees its slot for another, so that is looked at in the same breath. */
  #filled(read: LongRead, piece: DataPiece): void {
    read.filled(piece);
    this.#settled(read);
  }

  #failed(read: LongRead, piece: DataPiece, error: unknown): void {
    read.failed(piece, error);
    this.#settled(read);
  }

  #settled(read: LongRead): void {
    if (read.piecesUnderWay === 0) this.#outcomes.diskEnds(read.request);
    this.#endIfOver(read);
  }

  #endIfOver(read: LongRead): void {
    if (!read.isOver || !this.#long.delete(read.request)) return;
    const { request, failure, isAbandoned, length } = read;
    if (failure !== undefined) this.#outcomes.fail(request, failure.error, failure.offset);
    else if (isAbandoned) this.#session.fail(request, ErrorCode.EIO);
    else this.#outcomes.finishRead(request, length);
  }
}

/** Whether the view is what `BatchedRead.view` says, as far as can be seen. */
function isViewFor(read: BatchedRead): read is BatchedRead & { readonly view: Uint8Array } {
  const { view, target, answer, takesView } = read;
  if (answer !== undefined || takesView !== true || !(view instanceof Uint8Array)) return false;
  return view.length === target.length && view.buffer !== target.buffer;
}
