/** Starts qemu, in such a way that it never outlives the program that has started it. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { locateProgram } from './machine-parts.ts';

/** What `startQemu` takes of this machine. Debian always has `setpriv`, which is of util-linux. */
export const QEMU_PROGRAMS = ['qemu-system-x86_64', 'setpriv'] as const;

/** For the command line of a kernel: that a timer is late on a machine that is busy is no reason to panic. */
export const LATE_TIMERS_ARE_FINE = 'no_timer_check';

/**
 * Linux kills the machine when the thread that has called this ends, also when that is killed itself.
 *
 * @throws MissingPartError if this machine has no qemu
 */
export function startQemu(args: readonly string[]): ChildProcessWithoutNullStreams {
  const [qemu, setpriv] = QEMU_PROGRAMS.map(locateProgram) as [string, string];
  return spawn(setpriv, ['--pdeathsig', 'KILL', qemu, ...args], { stdio: 'pipe' });
}
