/** Runs programs of other people, without ever blocking the loop that may be serving them. */
import { spawn } from 'node:child_process';
import { locate, type Tool } from './tools.ts';

/** A client that hangs is killed, so that the test can say what it had printed. */
const TIMEOUT_MILLIS = 50_000;

export interface Outcome {
  /** `undefined` if a signal ended it. */
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  /** What the program reads from its standard input; nothing by default. */
  readonly input?: string;
}

/** Runs `tool` to its end, whatever that is. */
export async function tryTool(
  tool: Tool,
  args: readonly string[],
  { input = '' }: RunOptions = {},
): Promise<Outcome> {
  const child = spawn(locate(tool), args, {
    stdio: 'pipe',
    timeout: TIMEOUT_MILLIS,
    env: { ...process.env, LC_ALL: 'C' },
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  // A program that ends without reading its input is judged by how it ends.
  child.stdin.on('error', () => undefined).end(input);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (exitCode) => resolve({ exitCode: exitCode ?? undefined, stdout, stderr }));
  });
}

/**
 * Runs `tool` and answers what it wrote to its standard output.
 *
 * @throws Error with all that it wrote, if it does not exit with 0.
 */
export async function runTool(
  tool: Tool,
  args: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  const { exitCode, stdout, stderr } = await tryTool(tool, args, options);
  if (exitCode === 0) return stdout;
  const ending = exitCode === undefined ? 'was killed' : `exited with ${exitCode}`;
  throw new Error(`${tool} ${args.join(' ')}: ${ending}\n${stdout}${stderr}`);
}
