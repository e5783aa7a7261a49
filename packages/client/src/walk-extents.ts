/** The extents of a range, drawn reply by reply, and joined where the replies cut them. */
import { AllocationFlag } from '@nbd/codec';
import type { StatusExtent } from '@nbd/session';
import type { Extent } from './client.ts';
import { NbdError } from './nbd-error.ts';
import type { Piece } from './range.ts';

export interface Walk extends Piece {
  readonly context: string;
}

/**
 * Walks `walk.length` bytes from `walk.offset`. `ask` answers what is known from the beginning of a piece
 * on: of less than all of it, or of more (K-029). Two extents in a row never have the same flags.
 */
export async function* walkExtents(
  { context, offset, length }: Walk,
  ask: (piece: Piece) => Promise<readonly StatusExtent[]>,
): AsyncGenerator<Extent, void, undefined> {
  const end = offset + length;
  let run: StatusRun | undefined;
  for (let at = offset; at < end; ) {
    const extents = await ask({ offset: at, length: end - at });
    const [first] = extents;
    if (first === undefined) {
      throw new NbdError('EPROTO', `the server says nothing of ${context}`, { offset: at });
    }
    for (const { length: extentLength, flags } of extents) {
      const taken = Math.min(extentLength, end - at);
      if (taken === 0) break;
      if (run?.flags === flags) {
        run.length += taken;
      } else {
        if (run !== undefined) yield extentOf(run, context);
        run = { offset: at, length: taken, flags };
      }
      at += taken;
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
