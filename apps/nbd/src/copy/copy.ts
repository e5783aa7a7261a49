/**
 * The copy itself: workers that each take the next piece, read it into a buffer of their own, and write
 * it. So the number of workers bounds what is in flight, and with it the memory.
 */
import { ProgramError } from '../program-error.ts';
import type { CopyTally } from './copy-tally.ts';
import type { Destination, Source } from './ends.ts';
import { cutPieces, type Piece } from './pieces.ts';
import { zeroRuns } from './zero-runs.ts';

export interface CopySettings {
  /** Pieces in flight. */
  readonly requests: number;
  /** Of a piece of data, bytes. */
  readonly requestSize: number;
  /** The destination reads as zeroes already. */
  readonly destinationIsZero: boolean;
  /** Zeroes take up their space. */
  readonly allocated: boolean;
  /** Runs of zeroes of this length in data are not written as data; 0: all are. */
  readonly sparse: number;
  /** The copy is on stable storage when it is done. */
  readonly flush: boolean;
}

/** Zeroes take no memory, but a server takes time for them, and the progress bar is to move. */
const ZERO_PIECE_BYTES = 128 * 2 ** 20;

/**
 * Copies all of `source`, counting into `tally`. The first failure is the outcome, and nothing is begun
 * after it; what is in flight is not waited for. The ends are the caller's to close.
 *
 * @throws ProgramError "failed", before anything is written if the copy would not fit; and whatever an end throws
 */
export async function copy(
  source: Source,
  destination: Destination,
  settings: CopySettings,
  tally: CopyTally,
): Promise<void> {
  const { size } = source;
  if (size !== undefined) checkFit(destination, size, true);
  await destination.prepare(size);
  await new Copy(source, destination, settings, tally).run();
  await destination.finish(size ?? tally.done, settings.flush);
}

class Copy {
  readonly #source: Source;
  readonly #destination: Destination;
  readonly #settings: CopySettings;
  readonly #tally: CopyTally;
  readonly #pieces: AsyncGenerator<Piece>;
  readonly #grain: number;
  /** How much a worker reads at a time. */
  readonly #pieceBytes: number;
  /** A worker has failed, or has found the end of a source of unknown size. */
  #over = false;

  constructor(source: Source, destination: Destination, settings: CopySettings, tally: CopyTally) {
    const block = Math.max(source.blockMinimum, destination.blockMinimum);
    this.#source = source;
    this.#destination = destination;
    this.#settings = settings;
    this.#tally = tally;
    this.#grain = settings.sparse === 0 ? 0 : Math.max(settings.sparse, block);
    this.#pieceBytes = Math.ceil(settings.requestSize / block) * block;
    this.#pieces = cutPieces(source.runs(), {
      size: source.size ?? Infinity,
      dataMax: this.#pieceBytes,
      zeroMax: Math.ceil(ZERO_PIECE_BYTES / this.#pieceBytes) * this.#pieceBytes,
      block,
    });
  }

  async run(): Promise<void> {
    await Promise.all(Array.from({ length: this.#settings.requests }, () => this.#work()));
  }

  async #work(): Promise<void> {
    let buffer: Uint8Array | undefined;
    try {
      while (!this.#over) {
        const { done, value: piece } = await this.#pieces.next();
        if (done === true) return;
        if (piece.zero) {
          await this.#zero(piece.offset, piece.length);
        } else {
          buffer ??= new Uint8Array(this.#pieceBytes);
          await this.#move(piece, buffer.subarray(0, piece.length));
        }
      }
    } catch (error) {
      this.#over = true;
      throw error;
    }
  }

  /** Reads a piece and writes it, or what of it is not zeroes. */
  async #move({ offset, length }: Piece, buffer: Uint8Array): Promise<void> {
    const found = await this.#source.read(buffer, offset);
    this.#tally.read += found;
    if (found < length) this.#over = true;
    if (found === 0) return;
    checkFit(this.#destination, offset + found, found < length);
    for (const { start, end, zero } of zeroRuns(buffer.subarray(0, found), this.#grain)) {
      if (zero) {
        await this.#zero(offset + start, end - start);
      } else {
        await this.#destination.write(buffer.subarray(start, end), offset + start);
        this.#tally.written += end - start;
        this.#tally.done += end - start;
      }
    }
  }

  async #zero(offset: number, length: number): Promise<void> {
    const { destinationIsZero, allocated } = this.#settings;
    if (!allocated && (destinationIsZero || this.#destination.startsEmpty)) {
      this.#tally.skipped += length;
    } else {
      await this.#destination.zero(offset, length);
      this.#tally.zeroed += length;
    }
    this.#tally.done += length;
  }
}

/** `isAll`: the source ends there, and has no more. */
function checkFit(
  { name, capacity, blockMinimum }: Destination,
  end: number,
  isAll: boolean,
): void {
  if (capacity !== undefined && end > capacity) {
    const size = isAll ? `${end}` : `at least ${end}`;
    throw new ProgramError(
      'failed',
      `${name} is too small: the source has ${size} bytes, the destination ${capacity}`,
    );
  }
  if (end % blockMinimum !== 0) {
    throw new ProgramError(
      'failed',
      `${name} takes only multiples of ${blockMinimum} bytes, and the source has ${end}`,
    );
  }
}
