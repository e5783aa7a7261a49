/** Files that serve as disks, and what is in them. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { scratchFolder } from './scratch-folder.ts';

const BLOCK_BYTES = 512;

/** Makes a file of `size` bytes that is one hole. */
export async function sparseFile(path: string, size: number): Promise<void> {
  const file = await open(path, 'w');
  await file.truncate(size);
  await file.close();
}

/** What the demo server is to export: a new disk of `size` zeroes, in memory or in a file that is gone with the test. */
export async function freshSpec(kind: 'file' | 'memory', size: number): Promise<string> {
  if (kind === 'memory') return `memory:${size}`;
  const file = join(await scratchFolder(), 'disk');
  await sparseFile(file, size);
  return `file:${file}`;
}

/** Makes a file of `size` bytes in which no two near places are alike, the same at every call. */
export async function noiseFile(path: string, size: number): Promise<void> {
  await writeFile(path, noise(size));
}

/** `size` bytes that look random and are the same at every call. */
export function noise(size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  let state = 1;
  for (let at = 0; at < size; at++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[at] = state >>> 24;
  }
  return bytes;
}

/** The SHA-256 of a file. */
export async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 2 ** 20 }), hash);
  return hash.digest('hex');
}

/** How many bytes of a file are not holes. */
export async function allocatedBytes(path: string): Promise<number> {
  return (await stat(path)).blocks * BLOCK_BYTES;
}
