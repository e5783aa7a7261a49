/** Daemons that went into the background and left their process ids in a folder. */
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { waitUntil } from './wait-until.ts';

/** The process of a daemon that still runs, or undefined. */
export async function daemonPid(folder: string, name: string): Promise<number | undefined> {
  const pid = Number(await readOr(join(folder, 'run', `${name}.pid`)));
  if (!Number.isInteger(pid) || pid <= 1) return undefined;
  // A number that has been given to somebody else is not ours.
  const command = await readOr(`/proc/${pid}/cmdline`);
  return command.includes(folder) ? pid : undefined;
}

/** Ends one daemon as a power cut would, and waits until it is gone. */
export async function killDaemon(folder: string, name: string): Promise<void> {
  const pid = await daemonPid(folder, name);
  if (pid === undefined) throw new Error(`expected ${name} to run`);
  process.kill(pid, 'SIGKILL');
  await waitUntil(`the end of ${name}`, async () => (await daemonPid(folder, name)) === undefined);
}

/**
 * Ends all daemons of a folder, also those that go into the background at this moment and have left no process id yet.
 * Their data is not needed, so they are not asked to keep it.
 */
export async function killDaemons(folder: string): Promise<void> {
  await waitUntil(`the end of all daemons of ${folder}`, async () => {
    const pids = await daemonsOf(folder);
    for (const pid of pids) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch (error) {
        // It has ended meanwhile.
        if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
      }
    }
    return pids.length === 0;
  });
}

/** The processes that are daemons of the cluster of a folder, by what they were called with. */
export async function daemonsOf(folder: string): Promise<readonly number[]> {
  const pids = (await readdir('/proc')).map(Number).filter(Number.isInteger);
  const found = await Promise.all(
    pids.map(async (pid) => {
      const [program = '', ...words] = (await readOr(`/proc/${pid}/cmdline`)).split('\0');
      return DAEMONS.has(basename(program)) && words.includes(confOf(folder)) ? [pid] : [];
    }),
  );
  return found.flat();
}

/** What all of them are told by. */
export function confOf(folder: string): string {
  return join(folder, 'ceph.conf');
}

const DAEMONS: ReadonlySet<string> = new Set(['ceph-mon', 'ceph-osd', 'radosgw']);

function readOr(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}
