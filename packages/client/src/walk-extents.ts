/** The extents of a range, drawn reply by reply, and joined where the replies cut them. */
import { AllocationFlag } from '@nbd/codec';
import type { StatusExtent } from '@nbd/session';
import type { Extent } from './client.ts';
import { NbdError } from './nbd-error.ts';
import type { Piece } from './range.ts';

export interface Walk extends Piece {
  readonly context: string;
  /** The block size that requests must keep to, bytes. Default 1. */
  readonly minimum?: number;
}

/**
 * Walks `walk.length` bytes from `walk.offset`. `ask` answers what is known from the beginning of a piece
 * on: of less than all of it, or of more (K-029). Pieces begin at multiples of `minimum` from the offset on,
 * though extents may end anywhere: some servers care about blocks in requests only. Two extents in a row
 * never have the same flags.
 */
export async function* walkExtents(
  { context, offset, length, minimum = 1 }: Walk,
  ask: (piece: Piece) => Promise<readonly StatusExtent[]>,
): AsyncGenerator<Extent, void, undefined> {
  const end = offset + length;
  let run: StatusRun | undefined;
  for (let at = offset; at < end; ) {
    const start = at;
    let extentEnd = at - ((at - offset) % minimum);
    const extents = await ask({ offset: extentEnd, length: end - extentEnd });
    for (const { length: extentLength, flags } of extents) {
      extentEnd = Math.min(extentEnd + extentLength, end);
      const taken = extentEnd - at;
      if (taken <= 0) continue;
      if (run?.flags === flags) {
        run.length += taken;
      } else {
        if (run !== undefined) yield extentOf(run, context);
        run = { offset: at, length: taken, flags };
      }
      at = extentEnd;
    }
    if (at === start) {
      throw new NbdError('EPROTO', `the server says nothing of ${context}`, { offset: at });
    }
  }
  if (run !== undefined) yield extentOf(run, context);
}

interface StatusRun {
  readonly offset: number;
  length: number;
  readonly flags: number;
}

function extentOf({ offset, length, flags }: StatusRun, context: string): Extent {
  if (context !== 'base:allocation') return { offset, length, flags };
  return {
    offset,
    length,
    flags,
    hole: (flags & AllocationFlag.HOLE) !== 0,
    zero: (flags & AllocationFlag.ZERO) !== 0,
  };
}
