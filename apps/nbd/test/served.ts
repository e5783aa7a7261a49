/** Disks in memory, served in this process, that tell what was done to them. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Driver, type ExportDefinition, filter } from '@nbd/driver';
import { memoryDriver } from '@nbd/driver-memory';
import { serve, type ServeOptions } from '@nbd/server';
import { type TestServer, testServer } from '@nbd/testing';
import { onTestFinished } from 'vitest';

/** For tests that tell of the transport. */
export const TCP = 'nbd://127.0.0.1:0';

/** How servers are reached: by TCP, or as `pnpm test:ways` says. */
const WAY = process.env['NBD_WAY'];
const KEY = ['ways', '0f5c1b7de2a84c3390d1e6a75b2f4c68'] as const;

/** Serves `exports` for the length of one test. Answers the URI of an export; without a name, of the default one. */
export async function serveHere(
  exports: Readonly<Record<string, ExportDefinition>>,
  options: ServeOptions = {},
): Promise<(exportName?: string) => string> {
  const way = options.listen === undefined ? listenByWay() : {};
  const server = await serve({ ...way, exports, ...options });
  onTestFinished(() => server.close().then(() => undefined));
  const [address] = server.uris;
  const { protocol, host, search } = new URL(address ?? '');
  const query = protocol === 'nbds:' && options.tls === undefined ? keyFile() : search;
  return (exportName = '') => `${protocol}//${host}/${encodeURIComponent(exportName)}${query}`;
}

function listenByWay(): ServeOptions {
  if (WAY === 'unix')
    return { listen: `nbd+unix:///?socket=${join(temporaryFolder(), 'nbd.sock')}` };
  if (WAY !== 'tls') return { listen: TCP };
  const [identity, key] = KEY;
  return { listen: TCP, tls: { preSharedKeys: new Map([[identity, Buffer.from(key, 'hex')]]) } };
}

/** The part of a URI that names the key of the way. */
function keyFile(): string {
  const path = join(temporaryFolder(), 'keys.psk');
  writeFileSync(path, `${KEY.join(':')}\n`);
  return `?tls-psk-file=${path}`;
}

/** Serves one disk of `size` bytes, which has `bytes` from `offset` on, with faults on command, for the length of one test. */
export async function serveFaulty(
  size: number,
  bytes: Uint8Array = new Uint8Array(0),
  offset = 0,
): Promise<TestServer> {
  const driver = memoryDriver({ size });
  if (bytes.length > 0) await driver.write?.(bytes, offset, { fua: false });
  const server = await testServer({ driver });
  onTestFinished(() => server.close());
  return server;
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
