/** A person who interrupts a cluster that starts, at a terminal: all that was started hears of it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { daemonsOf, killDaemons } from '../src/daemons.ts';
import { needGateway } from '../src/need-gateway.ts';
import { waitUntil } from '../src/wait-until.ts';

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const LOADER = ['--conditions=@nbd/source', '--import', 'tsx'];

// Where there is no Ceph at all, none can be interrupted.
needGateway();

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

async function aFolder(): Promise<string> {
  const above = await mkdtemp(join(tmpdir(), 'nbd-interrupted-'));
  const folder = join(above, 'cluster');
  onTestFinished(async () => {
    await killDaemons(folder);
    await rm(above, { recursive: true });
  });
  return folder;
}

/** In a group of processes of its own, as a shell starts it. */
function ceph(...words: readonly string[]) {
  const child = spawn(process.execPath, [...LOADER, MAIN, ...words], {
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = Promise.all([once(child, 'exit'), text(child.stderr)]);
  return {
    interrupt: () => process.kill(-(child.pid as number), 'SIGINT'),
    ended: ended.then(([[code], complaints]) => ({ code: code as number | null, complaints })),
  };
}

describe('a cluster that is interrupted while it starts', () => {
  it.each([
    ['its monitor is made', 'ceph.conf'],
    ['its monitor runs', 'run/mon.a.pid'],
    ['its disk starts', 'osd/0/ready'],
    ['its gateway starts', 'log/client.rgw.0.log'],
  ])('is ended, and leaves nothing, when %s', async (_when, file) => {
    const folder = await aFolder();
    const { interrupt, ended } = ceph('up', '--folder', folder);
    await waitUntil(file, () => exists(join(folder, file)));
    interrupt();
    expect(await ended).toEqual({ code: 1, complaints: 'ceph: interrupted\n' });
    expect(await daemonsOf(folder)).toEqual([]);
    expect(await exists(folder)).toBe(false);
  });
});

it('mistakes are told in one line', async () => {
  const folder = await aFolder();
  const none = { code: 1, complaints: `ceph: there is no cluster in ${folder}\n` };
  expect(await ceph('down', '--folder', folder).ended).toEqual(none);
  const { complaints } = await ceph('up', '--folder', tmpdir()).ended;
  expect(complaints).toMatch(/^ceph: \S+ is there already; .*\n$/);
});
