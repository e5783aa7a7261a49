/** Disks in memory, served in this process, that tell what was done to them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Driver, type ExportDefinition, filter } from '@nbd/driver';
import { memoryDriver } from '@nbd/driver-memory';
import { serve, type ServeOptions } from '@nbd/server';
import { onTestFinished } from 'vitest';

/** Serves `exports` for the length of one test. Answers the URI of an export; without a name, of the default one. */
export async function serveHere(
  exports: Readonly<Record<string, ExportDefinition>>,
  options: ServeOptions = {},
): Promise<(exportName?: string) => string> {
  const server = await serve({ listen: 'nbd://127.0.0.1:0', exports, ...options });
  onTestFinished(() => server.close().then(() => undefined));
  const [address] = server.uris;
  const { protocol, host } = new URL(address ?? '');
  return (exportName = '') => `${protocol}//${host}/${encodeURIComponent(exportName)}`;
}

/** Bytes that were asked for, of each kind. */
export interface Touched {
  read: number;
  written: number;
  zeroed: number;
  flushes: number;
  reads: [offset: number, length: number][];
}

export interface WatchedDisk {
  readonly driver: Driver;
  readonly touched: Touched;
  /** What the disk holds. */
  contents(): Uint8Array;
}

/** A disk in memory of `size` bytes that begins with `bytes`. */
export function watchedDisk(
  size: number,
  bytes: Uint8Array = new Uint8Array(0),
  overrides: (disk: Driver) => Parameters<typeof filter>[1] = () => ({}),
): WatchedDisk {
  const disk = memoryDriver({ size });
  if (bytes.length > 0) void disk.write?.(bytes, 0, { fua: false });
  const touched: Touched = { read: 0, written: 0, zeroed: 0, flushes: 0, reads: [] };
  const watched = filter(disk, {
    read: (target, offset) => {
      touched.read += target.length;
      touched.reads.push([offset, target.length]);
      return disk.read(target, offset);
    },
    write: (source, offset, options) => {
      touched.written += source.length;
      return disk.write?.(source, offset, options);
    },
    zero: (offset, length, options) => {
      touched.zeroed += length;
      return disk.zero?.(offset, length, options);
    },
    flush: () => {
      touched.flushes += 1;
    },
  });
  return {
    driver: filter(watched, overrides(watched)),
    touched,
    contents: () => {
      const target = new Uint8Array(size);
      void disk.read(target, 0);
      return target;
    },
  };
}

/** A new folder, removed at the end of the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'nbd-cli-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** Bytes that are never zero and differ from place to place. */
export function noise(length: number, seed = 1): Uint8Array {
  const bytes = new Uint8Array(length);
  let state = seed;
  for (let at = 0; at < length; at++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[at] = (state >>> 24) | 1;
  }
  return bytes;
}
