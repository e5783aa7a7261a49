/** The program, started as a person starts it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const PROGRAM = fileURLToPath(new URL('../dist/main.js', import.meta.url));

export interface StartedProgram {
  readonly child: ChildProcess;
  /** Its exit code. */
  readonly ended: Promise<number | null>;
  errors(): string;
  /** What is behind the word of the next line, which must be this one. */
  next(word: string): Promise<string>;
}

/** Starts the built program; it is killed at the end of the test. */
export function started(args: readonly string[]): StartedProgram {
  const child = spawn(process.execPath, [PROGRAM, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  let errors = '';
  child.stderr.on('data', (text) => (errors += String(text)));
  const ended = new Promise<number | null>((resolve) => {
    child.on('close', resolve);
  });
  return {
    child,
    ended,
    errors: () => errors,
    async next(word: string): Promise<string> {
      const { value = '' } = await lines.next();
      if (!value.startsWith(word)) throw new Error(`expected "${word}", found "${value}"`);
      return value.slice(word.length).trim();
    },
  };
}
