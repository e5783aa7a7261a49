/**
 * Which programs of others this machine has, and what becomes of the tests that need one it has not: in CI they
 * fail, elsewhere they are skipped and the reason is printed.
 */
import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { beforeEach } from 'vitest';

/** `python3-libnbd` is a Python that can `import nbd`, which need not be the first one on the path. */
export type Tool =
  | 'debugfs'
  | 'e2fsck'
  | 'fio'
  | 'mkfs.ext4'
  | 'nbd-client'
  | 'nbd-server'
  | 'nbdcopy'
  | 'nbdinfo'
  | 'nbdkit'
  | 'openssl'
  | 'python3-libnbd'
  | 'qemu-img'
  | 'qemu-io'
  | 'qemu-nbd'
  | 'strace';

/** Where distributions put programs that an ordinary user's path may lack. */
const MORE_FOLDERS = ['/usr/bin', '/usr/sbin', '/sbin'];

/** The full path of `tool`. Throws an `Error` if this machine has none. */
export function locate(tool: Tool): string {
  const found = find(tool);
  if (found === undefined) throw new Error(`expected ${tool} on this machine, found none`);
  return found;
}

/** Why tests that need `tools` cannot run here, in one line; `undefined` if they can. */
export function lack(tools: readonly Tool[]): string | undefined {
  const missing = tools.filter((tool) => find(tool) === undefined);
  return missing.length === 0 ? undefined : `not on this machine: ${missing.join(', ')}`;
}

/** To be called once at the top of a test file: says what its tests need. */
export function needTools(...tools: readonly Tool[]): void {
  const reason = lack(tools);
  if (reason === undefined) return;
  if (process.env['CI'] === undefined) {
    skipAll(reason);
    return;
  }
  beforeEach(() => {
    throw new Error(`${reason}; in CI that is a failure`);
  });
}

/** Skips the tests of this file, in CI too. For what a sound machine may lack. */
export function skipAll(reason: string): void {
  console.warn(`skipped: ${reason}`);
  beforeEach(({ skip }) => skip(reason));
}

const known = new Map<Tool, string | undefined>();

function find(tool: Tool): string | undefined {
  if (!known.has(tool)) {
    known.set(tool, tool === 'python3-libnbd' ? findPython() : programs(tool)[0]);
  }
  return known.get(tool);
}

function findPython(): string | undefined {
  return programs('python3').find(
    (python) => spawnSync(python, ['-c', 'import nbd'], { stdio: 'ignore' }).status === 0,
  );
}

function programs(name: string): readonly string[] {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), ...MORE_FOLDERS];
  return folders.map((folder) => join(folder, name)).filter(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
