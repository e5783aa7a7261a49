/** Runs of a source, cut into pieces that fit into requests. */
import type { Run } from './ends.ts';

/** The work of one request. */
export interface Piece {
  readonly offset: number;
  readonly length: number;
  readonly zero: boolean;
}

export interface PieceLimits {
  /** Where the last piece ends; infinite if nobody knows. */
  readonly size: number;
  /** The largest piece of data. */
  readonly dataMax: number;
  /** The largest piece of zeroes. */
  readonly zeroMax: number;
  /** Pieces begin and end at multiples of it, but at the end of all runs. Divides the other two. */
  readonly block: number;
}

/**
 * The pieces in order, without gaps. A block of which a part is data is data.
 *
 * @throws Error if the runs end before `size`: what they do not tell of would not be copied
 */
export async function* cutPieces(
  runs: AsyncIterable<Run>,
  { size, dataMax, zeroMax, block }: PieceLimits,
): AsyncGenerator<Piece> {
  let at = 0;
  let end = 0;
  for await (const { length, zero } of runs) {
    end += length;
    const border = Math.min(
      size,
      (zero && end < size ? Math.floor : Math.ceil)(end / block) * block,
    );
    // Cuts lie at multiples of the largest piece: after a border between runs they fall in step again.
    const max = zero ? zeroMax : dataMax;
    while (at < border) {
      const next = Math.min(border, (Math.floor(at / max) + 1) * max);
      yield { offset: at, length: next - at, zero };
      at = next;
    }
  }
  if (at < size) throw new Error(`expected the runs of ${size} bytes, found those of ${at}`);
}
