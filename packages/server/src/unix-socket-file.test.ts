import { once } from 'node:events';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { leaveDeadSocket } from '../test/dead-socket.ts';
import { clearSocketFile } from './unix-socket-file.ts';

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nbd-socket-'));
  path = join(folder, 'nbd.sock');
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe('making way for a socket', () => {
  test('has nothing to do where nothing is', async () => {
    await expect(clearSocketFile(path)).resolves.toBeUndefined();
  });

  test('removes a dead socket file', async () => {
    await leaveDeadSocket(path);
    expect(lstatSync(path).isSocket()).toBe(true);
    await clearSocketFile(path);
    expect(existsSync(path)).toBe(false);
  });

  test('leaves a live socket alone', async () => {
    const other = createServer().listen(path);
    await once(other, 'listening');
    await expect(clearSocketFile(path)).rejects.toThrow(`another server is listening on ${path}`);
    expect(existsSync(path)).toBe(true);
    other.close();
  });

  test.each<[what: string, make: (path: string) => void]>([
    ['a file', (at) => writeFileSync(at, 'precious')],
    ['a folder', (at) => mkdirSync(at)],
    ['a link, even to nowhere', (at) => symlinkSync('/nowhere', at)],
  ])('leaves %s alone', async (_, make) => {
    make(path);
    await expect(clearSocketFile(path)).rejects.toThrow(
      `${path} is there already, and it is not a socket`,
    );
    expect(lstatSync(path).isSocket()).toBe(false);
  });
});
