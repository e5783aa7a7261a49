/**
 * The end of the disks of a start that has failed.
 */
import { setTimeout as wait } from 'node:timers/promises';
import type { Log } from '@nbd/server';
import type { ReloadableExports } from './reloadable-exports.ts';

/** How long is waited, milliseconds. */
export interface Patience {
  /** For those that are open to be closed. */
  readonly open: number;
  /** For the others to be opened, and closed then. */
  readonly opening: number;
}

/** Closes them. Never rejects: why it has failed is told, or will be. */
export async function closeAfterFailure(
  disks: ReloadableExports,
  patience: Patience,
  log: Log,
): Promise<void> {
  const over = new AbortController();
  const inTime = (closing: Promise<void>, millis: number): Promise<void> =>
    Promise.race([closing, wait(millis, undefined, { signal: over.signal })]);
  const open = inTime(disks.closeOpen(), patience.open).catch((err: unknown) => {
    log.error({ err }, 'a disk cannot be closed');
  });
  await Promise.allSettled([open, inTime(disks.close(), patience.opening)]);
  over.abort();
}
