/** What a process of this machine holds, by what Linux tells of it. */
import { readdir, readFile } from 'node:fs/promises';

/** Memory that is in RAM, bytes: now, and at the most since the process began. */
export async function residentOf(
  pid: number | undefined,
): Promise<{ readonly now: number; readonly peak: number }> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const bytesOf = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]) * 1024;
  return { now: bytesOf('VmRSS'), peak: bytesOf('VmHWM') };
}

/** How many descriptors are open. */
export async function descriptorsOf(pid: number | undefined): Promise<number> {
  return (await readdir(`/proc/${pid}/fd`)).length;
}
