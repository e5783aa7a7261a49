import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Starts one of the programs beside this file in a process of its own. Its standard output is piped. */
export function startProgram(
  name: string,
  args: readonly string[],
  fileSizeMax = 'unlimited',
): ChildProcess {
  const program = fileURLToPath(new URL(name, import.meta.url));
  const node = [process.execPath, '--conditions=@nbd/source', '--import', 'tsx', program, ...args];
  // The shell sets the limit, in blocks of 512 bytes, and becomes the program.
  const script = `ulimit -f ${fileSizeMax}; exec "$@"`;
  return spawn('/bin/sh', ['-c', script, 'sh', ...node], {
    stdio: ['ignore', 'pipe', 'inherit'],
    cwd: fileURLToPath(new URL('.', import.meta.url)),
  });
}

/** Runs a program to its end, and answers what it printed. */
export async function runProgram(
  name: string,
  args: readonly string[],
  fileSizeMax?: string,
): Promise<string> {
  const child = startProgram(name, args, fileSizeMax);
  let printed = '';
  for await (const chunk of child.stdout ?? []) printed += String(chunk);
  return printed;
}
