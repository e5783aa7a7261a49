import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { lackOf, locateProgram } from './machine-parts.ts';
import { QEMU_PROGRAMS } from './qemu.ts';

const SOURCE = new URL('qemu.ts', import.meta.url).href;
/** Starts a machine that stands still, says its number, and waits for it. */
const PROGRAM = `
import { startQemu } from ${JSON.stringify(SOURCE)};
console.log(startQemu(['-S', '-nodefaults', '-display', 'none', '-serial', 'stdio']).pid);
`;

/** The command line of a process; empty if it is gone, or nobody has asked how it ended. */
function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await wait(10);
}

it('a machine ends when the program that has started it is killed', async ({ skip }) => {
  const lack = lackOf(QEMU_PROGRAMS, () => undefined);
  if (process.env['CI'] === undefined) skip(lack !== undefined, lack);
  const args = ['--import', import.meta.resolve('tsx'), '--input-type=module', '--eval', PROGRAM];
  const program = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void program.kill('SIGKILL'));
  const [text] = (await once(program.stdout.setEncoding('utf8'), 'data')) as [string];
  const pid = Number(text);
  onTestFinished(() => {
    if (commandOf(pid) !== '') process.kill(pid, 'SIGKILL');
  });
  const qemu = locateProgram(QEMU_PROGRAMS[0]);
  await until(() => commandOf(pid).startsWith(qemu));
  program.kill('SIGKILL');
  await until(() => commandOf(pid) === '');
  expect(commandOf(pid)).toBe('');
});
