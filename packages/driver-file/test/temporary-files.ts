import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/** Files in a folder of their own, which goes when the tests of the file that asked are over. */
export interface TemporaryFiles {
  /** The path of a new file that holds `content`, or so many zeroes without taking space. */
  create(content: Uint8Array | number): string;
  /** A path at which there is nothing. */
  path(name: string): string;
}

export function temporaryFiles(parent: string = tmpdir()): TemporaryFiles {
  const folder = mkdtempSync(join(parent, 'nbd-driver-file-'));
  let count = 0;
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });
  return {
    create(content) {
      const path = join(folder, `${count++}.img`);
      writeFileSync(path, typeof content === 'number' ? '' : content);
      if (typeof content === 'number') truncateSync(path, content);
      return path;
    },
    path: (name) => join(folder, name),
  };
}

/** Bytes that differ from block to block and tell where they belong. */
export function pattern(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, at) => (at * 7 + (at >>> 9) * 31 + (at >>> 16)) & 0xff);
}
