/**
 * Files of incompressible, non-zero data: no server may take a hole for a short cut.
 */
import { randomFillSync } from 'node:crypto';
import { copyFile, type FileHandle, open, stat, statfs } from 'node:fs/promises';
import { runTool } from './child-processes.ts';
import { NotApplicable } from '../workloads/not-applicable.ts';

const PIECE_BYTES = 1024 * 1024;
const SMALL_PIECE_BYTES = 128 * 1024;

/** Sees to it that `path` holds `sizeBytes` random bytes. A file of that size is taken as it is. */
export async function makeSeed(path: string, sizeBytes: number): Promise<void> {
  if (await hasSize(path, sizeBytes)) return;
  await using(path, 'w', async (file) => {
    const piece = new Uint8Array(PIECE_BYTES);
    for (let offset = 0; offset < sizeBytes; offset += PIECE_BYTES) {
      randomFillSync(piece);
      await file.write(piece, 0, Math.min(PIECE_BYTES, sizeBytes - offset), offset);
    }
  });
}

/** Sees to it that `path` is a file of the seed's size, a copy of it at first. */
export async function makeCopy(seed: string, path: string, sizeBytes: number): Promise<void> {
  if (!(await hasSize(path, sizeBytes))) await copyFile(seed, path);
}

/**
 * Brings the files into the page cache, all of them anew, a piece of each in turn. In order: the kernel reads ahead, and keeps them
 * in folios of 2 MiB. Backwards: it does not, and keeps them page by page. A write of 4 KiB into a large folio costs ext4
 * a walk over all that it knows of that folio, which takes five times what a server does, and twice as long for some files
 * as for others: nothing that is scattered can be compared so.
 */
export async function makeHot(
  paths: readonly string[],
  direction: 'in order' | 'backwards',
): Promise<void> {
  for (const path of paths) if (await isOnDisk(path)) await dropFromCache(path);
  const files: FileHandle[] = [];
  try {
    for (const path of paths) files.push(await open(path, 'r'));
    const sizes = await Promise.all(files.map(async (file) => (await file.stat()).size));
    const pieceBytes = direction === 'in order' ? PIECE_BYTES : SMALL_PIECE_BYTES;
    const count = Math.ceil(Math.max(0, ...sizes) / pieceBytes);
    const buffer = new Uint8Array(pieceBytes);
    for (let i = 0; i < count; i++) {
      const offset = (direction === 'in order' ? i : count - 1 - i) * pieceBytes;
      for (const file of files) await file.read(buffer, 0, pieceBytes, offset);
    }
  } finally {
    for (const file of files) await file.close();
  }
}

/** Hands `take` the file's bytes before `end`, piece by piece, each lent until what it answers is settled. */
export async function readPieces(
  path: string,
  take: (piece: Uint8Array, offset: number) => Promise<void> | undefined,
  end: number = Infinity,
): Promise<void> {
  await using(path, 'r', async (file) => {
    const buffer = new Uint8Array(PIECE_BYTES);
    for (let offset = 0; offset < end; ) {
      const wanted = Math.min(PIECE_BYTES, end - offset);
      const { bytesRead } = await file.read(buffer, 0, wanted, offset);
      if (bytesRead === 0) return;
      await take(buffer.subarray(0, bytesRead), offset);
      offset += bytesRead;
    }
  });
}

/** Waits until the file is on its disk, so that its write-back is not in the next run. */
export async function sync(path: string): Promise<void> {
  await using(path, 'r', (file) => file.sync());
}

/** What `statfs` says of a file system in memory. */
const TMPFS = 0x0102_1994;

/**
 * Puts the file, and nothing else, out of the page cache.
 *
 * @throws NotApplicable if it is in a file system that is nothing but cache
 */
export async function dropFromCache(path: string): Promise<void> {
  if (!(await isOnDisk(path))) throw new NotApplicable(`${path} is on no disk`);
  await sync(path);
  // Node cannot give the kernel this advice; dd can, and with a count of 0 means the whole file.
  await runTool('dd', [`if=${path}`, 'of=/dev/null', 'iflag=nocache', 'count=0'], 10);
}

async function isOnDisk(path: string): Promise<boolean> {
  return (await statfs(path)).type !== TMPFS;
}

/** @throws Error unless the file is there and has `sizeBytes` bytes */
export async function expectSize(path: string, sizeBytes: number): Promise<void> {
  if (await hasSize(path, sizeBytes)) return;
  throw new Error(`expected a file of ${sizeBytes} bytes at ${path}`);
}

async function hasSize(path: string, sizeBytes: number): Promise<boolean> {
  try {
    return (await stat(path)).size === sizeBytes;
  } catch {
    return false;
  }
}

async function using(
  path: string,
  flags: string,
  use: (file: FileHandle) => Promise<void>,
): Promise<void> {
  const file = await open(path, flags);
  try {
    await use(file);
  } finally {
    await file.close();
  }
}
