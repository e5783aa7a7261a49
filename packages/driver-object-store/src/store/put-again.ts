/** Puts an object that nothing else is ever put as, so that it may be put twice. */
import type { ObjectStore } from './object-store.ts';
import type { VolumeObserver } from './observer.ts';
import { StoreError } from './store-error.ts';

/**
 * The store has tried for long; an answer that was lost is worth another request, for then the object may be there.
 * Rejects with a `StoreError`.
 */
export async function putAgain(
  store: ObjectStore,
  key: string,
  parts: readonly Uint8Array[],
  crc32: number,
  observer: VolumeObserver,
): Promise<void> {
  try {
    await store.put(key, parts, { crc32 });
  } catch (error) {
    if (!(error instanceof StoreError) || error.code !== 'ambiguous') throw error;
    observer.retry?.();
    await store.put(key, parts, { crc32 });
  }
}
