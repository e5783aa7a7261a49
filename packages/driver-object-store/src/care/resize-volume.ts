/** Changes the size of a volume that nobody serves. */
import { checkSize } from './create-volume.ts';
import { readHeadOf } from '../head/head-chain.ts';
import { checkName } from '../store/object-names.ts';
import type { ObjectStore } from '../store/object-store.ts';
import { openVolume } from '../disk/open-volume.ts';
import type { OpenOptions } from '../disk/volume-options.ts';

/**
 * Makes the volume `size` bytes while nobody serves it; the disk of a host that does can be resized itself. New bytes
 * are zeroes, cut ones are gone. Rejects with a `VolumeError` when it is in use.
 */
export async function resizeVolume(
  store: ObjectStore,
  { size, ...options }: OpenOptions & { readonly volume: string; readonly size: number },
): Promise<void> {
  checkName('volume', options.volume);
  const { head } = await readHeadOf(store, options.volume);
  checkSize(size, head.chunkBytes);
  const disk = await openVolume(store, options);
  try {
    await disk.resize?.(size);
  } finally {
    await disk.close?.();
  }
}
