/**
 * The folder in which chunks of a volume are kept.
 */
import { mkdtemp, rmdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type ChunkStore, folderChunkStore } from '@nbd/driver-object-store';
import type { CacheFolder } from '../settings/volume-spec.ts';

/** Rejects with an `Error` in one line unless there is such a folder, and it can be read and written. */
export async function openCacheFolder({ path, bytesMax }: CacheFolder): Promise<ChunkStore> {
  try {
    // It is not made: where a file system was to be mounted, chunks would fill the one below.
    if (!(await stat(path)).isDirectory()) throw new Error('expected a folder, found a file');
    // Permissions do not tell of a file system that cannot be written.
    await rmdir(await mkdtemp(join(path, '.writable-')));
    return await folderChunkStore({ folder: path, bytesMax });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`cacheFolder ${path} cannot be used: ${reason}`, { cause });
  }
}
