/** Our own command-line client, built, as a person runs it. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('../../../apps/nbd/dist/main.js', import.meta.url));

/**
 * Runs it and answers what it wrote to its standard output.
 *
 * @throws Error with what it wrote to standard error, if it does not exit with 0.
 */
export async function runNbd(...args: readonly string[]): Promise<string> {
  if (!existsSync(PROGRAM)) {
    throw new Error(`expected the built program at ${PROGRAM}, found none: run the build first`);
  }
  const child = spawn(process.execPath, [PROGRAM, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ending = await new Promise<number | NodeJS.Signals>((resolve) => {
    child.on('close', (code, signal) => resolve(code ?? signal ?? 'SIGKILL'));
  });
  if (ending === 0) return stdout;
  throw new Error(`nbd ${args.join(' ')}: ended with ${ending}\n${stderr}`);
}
