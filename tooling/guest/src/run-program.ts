/** Runs a program to its end, without blocking the loop. */
import { spawn } from 'node:child_process';
import { locateProgram } from './machine-parts.ts';

export interface RunOptions {
  /** What it reads from its standard input; nothing by default. */
  readonly input?: string;
  readonly cwd?: string;
}

/**
 * Answers what it wrote to its standard output.
 *
 * @throws MissingPartError if there is no such program
 * @throws Error with all that it wrote, if it does not exit with 0
 */
export async function runProgram(
  name: string,
  args: readonly string[],
  { input = '', cwd }: RunOptions = {},
): Promise<string> {
  const child = spawn(locateProgram(name), args, {
    stdio: 'pipe',
    cwd,
    env: { ...process.env, LC_ALL: 'C' },
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  // A program that ends without reading its input is judged by how it ends.
  child.stdin.on('error', () => undefined).end(input);
  const end = await new Promise<number | string | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve(code ?? signal));
  });
  if (end === 0) return stdout;
  throw new Error(`${name} ${args.join(' ')}: ended with ${end}\n${stdout}${stderr}`);
}
