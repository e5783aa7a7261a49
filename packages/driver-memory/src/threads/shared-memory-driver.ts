/**
 * A disk in memory that several threads serve.
 */
import type { Driver } from '@nbd/driver';
import type { SharedMemory } from './shared-memory.ts';
import { SharedMemoryDisk } from './shared-memory-disk.ts';

/**
 * Opens a disk made by `sharedMemory`, here or in another thread. All its drivers are one disk: what one has
 * answered, the others see, a change of size too. It does what that of `memoryDriver` does, but that
 *
 * - memory that was freed is used again, and not given back before the disk is gone;
 * - `zero` that may leave no hole takes its pages at once, so that no later write fails for want of them;
 * - beyond the capacity, changes are refused with ENOSPC.
 *
 * A call may wait for another thread, never longer than a copy or a trim takes. Where a thread may not wait, as
 * the main thread of a browser, it throws instead. Throws an `Error` when 128 drivers are open already; `close`
 * makes room.
 */
export function sharedMemoryDriver(memory: SharedMemory): Driver {
  return new SharedMemoryDisk(memory);
}
