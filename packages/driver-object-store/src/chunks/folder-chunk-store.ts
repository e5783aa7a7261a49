/**
 * Chunks in a folder of this machine, so that a server that starts again need not fetch them again. A file is written
 * under another name and then renamed, so that a crash leaves none by halves; each has the checksum of its bytes
 * before them. The files that were kept longest are removed once there is too much.
 */
import { mkdir, readdir, readFile, rename, stat, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { ChunkStore } from './chunk-store.ts';

const CHECKSUM_BYTES = 4;
/** Of our files, and with `.new` behind it of those that are being written: whatever has another is not ours to remove. */
const ENDING = '.chunk';
/** Files being written at a time; more are not kept. */
const WRITES_MAX = 8;

export interface FolderChunkStoreOptions {
  /**
   * Is made if it is not there. Nothing else belongs into it, and it is of one store: in a copy of a bucket that goes its
   * own way, and in one that was put back as it was, the same names come to mean other bytes. Empty it then.
   */
  readonly folder: string;
  /** Bytes of all files together, at most. */
  readonly bytesMax: number;
}

/** Rejects when the folder cannot be used. One process at a time keeps within the bound; several do no harm. */
export async function folderChunkStore(options: FolderChunkStoreOptions): Promise<ChunkStore> {
  const { folder, bytesMax } = options;
  await mkdir(folder, { recursive: true });
  /** The one that was kept longest is the first. */
  const files = await filesIn(folder);
  let held = [...files.values()].reduce((sum, length) => sum + length, 0);
  let writes = 0;

  async function makeRoom(): Promise<void> {
    for (const [oldest, length] of files) {
      if (held <= bytesMax) return;
      files.delete(oldest);
      held -= length;
      await unlink(join(folder, oldest)).catch(() => {});
    }
  }

  return {
    async read(key) {
      const name = nameOf(key);
      if (!files.has(name)) return undefined;
      const found = await readFile(join(folder, name)).catch(() => undefined);
      if (found === undefined || found.length < CHECKSUM_BYTES) return undefined;
      const bytes = new Uint8Array(
        found.buffer,
        found.byteOffset + CHECKSUM_BYTES,
        found.length - CHECKSUM_BYTES,
      );
      return found.readUInt32LE(0) === crc32(bytes) ? bytes : undefined;
    },

    async keep(key, bytes) {
      const name = nameOf(key);
      const length = bytes.length + CHECKSUM_BYTES;
      if (files.has(name) || length > bytesMax || writes === WRITES_MAX) return;
      writes += 1;
      try {
        const checksum = Buffer.alloc(CHECKSUM_BYTES);
        checksum.writeUInt32LE(crc32(bytes));
        const path = join(folder, `${name}.new`);
        await writeFile(path, Buffer.concat([checksum, bytes]));
        await rename(path, join(folder, name));
        files.set(name, length);
        held += length;
        await makeRoom();
      } catch {
        // A cache that cannot be written is a small one.
      } finally {
        writes -= 1;
      }
    },
  };
}

/** Slashes are no part of names of files. */
function nameOf(key: string): string {
  return `${encodeURIComponent(key)}${ENDING}`;
}

/** Those that are there, with their lengths, the oldest first; what a crash has left half written is removed. */
async function filesIn(folder: string): Promise<Map<string, number>> {
  const found: { readonly name: string; readonly length: number; readonly kept: number }[] = [];
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    if (name.endsWith(`${ENDING}.new`)) {
      await unlink(path).catch(() => {});
      continue;
    }
    if (!name.endsWith(ENDING)) continue;
    const { size, mtimeMs, isFile } = await stat(path).then((it) => ({
      size: it.size,
      mtimeMs: it.mtimeMs,
      isFile: it.isFile(),
    }));
    if (isFile) found.push({ name, length: size, kept: mtimeMs });
  }
  const oldestFirst = found.toSorted((one, other) => one.kept - other.kept);
  return new Map(oldestFirst.map(({ name, length }) => [name, length]));
}
