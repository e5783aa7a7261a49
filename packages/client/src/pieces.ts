/** A range as several requests: as many at a time as may be, and one outcome. */
import type { Piece } from './range.ts';
import type { Turnstile } from './turnstile.ts';

export interface PieceWork {
  readonly pieces: Iterable<Piece>;
  readonly turnstile: Turnstile;
  /** Whether the bytes of a piece cross the wire, and so count. */
  readonly carriesData: boolean;
  readonly signal: AbortSignal | undefined;
  /** Does one piece. */
  readonly run: (piece: Piece) => Promise<unknown>;
}

/**
 * Does the pieces in their order, each when the turnstile lets it in. After a failure no more are begun;
 * those under way are waited for, since they use the caller's memory, and then the first failure is thrown.
 */
export async function performPieces({
  pieces,
  turnstile,
  carriesData,
  signal,
  run,
}: PieceWork): Promise<void> {
  const running: Promise<unknown>[] = [];
  let failure: { readonly error: unknown } | undefined;
  const fail = (error: unknown): void => {
    failure ??= { error };
  };
  for (const piece of pieces) {
    const bytes = carriesData ? piece.length : 0;
    try {
      await turnstile.enter(bytes, signal);
    } catch (error) {
      fail(error);
      break;
    }
    if (failure !== undefined) {
      turnstile.leave(bytes);
      break;
    }
    running.push(
      run(piece)
        .catch(fail)
        .finally(() => turnstile.leave(bytes)),
    );
  }
  await Promise.all(running);
  if (failure !== undefined) throw failure.error;
}
