/** Daemons that went into the background and left their process ids in a folder. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
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

/** Ends all daemons of a folder. Their data is not needed, so they are not asked to keep it. */
export async function killDaemons(folder: string): Promise<void> {
  const names = await daemonNames(folder);
  await Promise.all(
    names.map(async (name) => {
      if ((await daemonPid(folder, name)) !== undefined) await killDaemon(folder, name);
    }),
  );
}

async function daemonNames(folder: string): Promise<readonly string[]> {
  const files = await readdir(join(folder, 'run')).catch(() => []);
  return files.filter((file) => file.endsWith('.pid')).map((file) => file.slice(0, -4));
}

function readOr(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}
