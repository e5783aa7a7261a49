/**
 * One long READ that is answered in pieces: what of it was begun, what is under way, and how it ends.
 *
 * Each piece is read straight into its chunk and sent as soon as it is filled; holes are told and not
 * read. Only so much is under way at a time, so a long READ takes no more memory than a short one. After a
 * failure nothing more is begun, and when what is under way has settled the READ ends with the error (C-206).
 */
import type { Chunks } from '../server/transmission/chunks.ts';
import { type DataPiece, READ_AHEAD_BYTES } from '../server/transmission/data-piece.ts';
import type { InFlight } from '../server/transmission/in-flight.ts';
import type { Hole } from './find-holes.ts';

/**
 * Pieces are of this much, or less at the ends, and begin at multiples of it (C-214): it stays in the cache from
 * the disk to the socket, and the client has the first while the next is read. A READ of no more is none.
 */
export const PIECE_BYTES: number = 512 * 1024;

/** Why it cannot be answered, and from which byte on. */
export interface LongReadFailure {
  readonly error: unknown;
  readonly offset: number;
}

export class LongRead {
  readonly request: InFlight;
  /** Bytes. */
  readonly length: number;
  readonly #chunks: Chunks;
  readonly #end: number;
  /** Those that are not told yet. */
  #holes: Hole[] = [];
  /** Where the next piece or hole begins. */
  #at: number;
  #isLooking = false;
  #piecesUnderWay = 0;
  #bytesUnderWay = 0;
  #failure: LongReadFailure | undefined;
  #isAbandoned = false;

  constructor(request: InFlight, chunks: Chunks) {
    this.request = request;
    this.length = request.length;
    this.#chunks = chunks;
    this.#at = request.offset;
    this.#end = request.offset + request.length;
  }

  /** The disk is looking for its holes; nothing begins before `found`. */
  lookForHoles(): void {
    this.#isLooking = true;
  }

  /** These are its holes, in order; none if the disk could not say. */
  found(holes: Hole[]): void {
    this.#isLooking = false;
    this.#holes = holes;
  }

  /** The next piece, to be filled; undefined: none now, or none at all. Tells the holes before it. */
  begin(): DataPiece | undefined {
    if (this.#isStopped() || this.#isLooking) return undefined;
    if (this.#bytesUnderWay >= READ_AHEAD_BYTES) return undefined;
    this.#tellHoles();
    if (this.#at === this.#end) return undefined;
    const length = this.#nextEnd() - this.#at;
    const piece = this.#chunks.reservePiece(this.request, this.#at, length, true);
    this.#at += length;
    this.#bytesUnderWay += length;
    this.#piecesUnderWay++;
    return piece;
  }

  /** The piece is filled. */
  filled(piece: DataPiece): void {
    this.#settled(piece);
    this.#chunks.sendPiece(piece, this.isOver && !this.#isStopped());
  }

  /** The piece cannot be filled. */
  failed(piece: DataPiece, error: unknown): void {
    this.#settled(piece);
    this.#chunks.dropPiece(piece);
    this.#failure ??= { error, offset: piece.offset };
  }

  /** Nobody wants it any more: nothing further is begun. */
  abandon(): void {
    this.#isAbandoned = true;
  }

  /** How far it was begun, bytes from the start of the export. */
  get at(): number {
    return this.#at;
  }

  /** How many pieces are being filled. */
  get piecesUnderWay(): number {
    return this.#piecesUnderWay;
  }

  /** Nothing more will happen; unless it has failed or was abandoned, it is answered. */
  get isOver(): boolean {
    if (this.#isLooking || this.#piecesUnderWay > 0) return false;
    return this.#at === this.#end || this.#isStopped();
  }

  get failure(): LongReadFailure | undefined {
    return this.#failure;
  }

  get isAbandoned(): boolean {
    return this.#isAbandoned;
  }

  #isStopped(): boolean {
    return this.#failure !== undefined || this.#isAbandoned;
  }

  #settled({ target }: DataPiece): void {
    this.#bytesUnderWay -= target.length;
    this.#piecesUnderWay--;
  }

  #tellHoles(): void {
    for (let hole = this.#holes[0]; hole?.offset === this.#at; hole = this.#holes[0]) {
      this.#holes.shift();
      this.#at = hole.end;
      this.#chunks.sendHole(this.request, hole.offset, hole.end - hole.offset, this.isOver);
    }
  }

  /** Where the piece that begins now ends: at the next hole, at a multiple, or at the end of it all. */
  #nextEnd(): number {
    const end = this.#holes[0]?.offset ?? this.#end;
    if (end - this.#at <= PIECE_BYTES) return end;
    return (Math.floor(this.#at / PIECE_BYTES) + 1) * PIECE_BYTES;
  }
}
