/**
 * The end of disks, for sources of exports.
 */
import type { Driver } from './driver.ts';

/** Flushes the disk and closes it: what was written lasts, also when no client has asked for that. Rejects with what fails; it is closed all the same. */
export async function flushAndClose(driver: Driver): Promise<void> {
  try {
    await driver.flush?.();
  } finally {
    await driver.close?.();
  }
}

/** Settles when all `closings` have: rejects with the failure of one, or with an `AggregateError` of several. */
export async function allClosed(closings: Iterable<Promise<void>>): Promise<void> {
  const outcomes = await Promise.allSettled(closings);
  const faults = outcomes.flatMap((outcome) =>
    outcome.status === 'rejected' ? [outcome.reason as unknown] : [],
  );
  if (faults.length === 1) throw faults[0];
  if (faults.length > 1) throw new AggregateError(faults, `${faults.length} disks failed to close`);
}
