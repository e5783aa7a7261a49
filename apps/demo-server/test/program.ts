/** The program in a process of its own, from its sources. */
import { type ChildProcess, spawn, type SpawnOptions } from 'node:child_process';
import { inject, onTestFinished } from 'vitest';

declare module 'vitest' {
  interface ProvidedContext {
    /** The path of the program, bundled from its sources. */
    readonly program: string;
  }
}

/** One, or as `pnpm test:ways` says; a test that gives its own number stays with that. */
const DEFAULT_WORKERS = process.env['NBD_WAY'] === 'workers' ? '2' : '1';

export interface StartOptions {
  /** The working directory. */
  readonly cwd?: string;
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** What a shell does first, such as "ulimit -n 64". */
  readonly first?: string;
  /** Descriptors to write to in place of the pipes that the test reads. */
  readonly stdout?: number;
  readonly stderr?: number;
}

/** What is left of a program that has ended. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export class Program {
  stdout = '';
  stderr = '';
  readonly ended: Promise<Ended>;
  readonly #child: ChildProcess;
  readonly #watchers = new Set<() => void>();
  #closed = false;

  constructor(child: ChildProcess) {
    this.#child = child;
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text;
      this.#wake();
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
      this.#wake();
    });
    this.ended = new Promise((resolve) => {
      child.once('close', (code) => {
        this.#closed = true;
        this.#wake();
        resolve({ code, stdout: this.stdout, stderr: this.stderr });
      });
    });
  }

  get pid(): number {
    const { pid } = this.#child;
    if (pid === undefined) throw new Error('the program could not be started');
    return pid;
  }

  /** The URIs that it listens on, once it has told `count` of them. */
  async listening(count = 1): Promise<readonly string[]> {
    const uris = () =>
      Array.from(this.stdout.matchAll(/^listening (.+)\n/gm), ([, uri]) => uri ?? '');
    await this.#until(() => uris().length >= count, `${count} lines "listening"`);
    return uris();
  }

  /** Once `text` is on standard error. */
  async says(text: string): Promise<void> {
    await this.#until(() => this.stderr.includes(text), JSON.stringify(text));
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  #until(holds: () => boolean, what: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const watch = () => {
        if (holds()) resolve();
        else if (this.#closed) reject(new Error(`ended without ${what}: ${this.stderr}`));
        else return;
        this.#watchers.delete(watch);
      };
      this.#watchers.add(watch);
      watch();
    });
  }

  #wake(): void {
    for (const watch of this.#watchers) watch();
  }
}

/** Of one worker, and of two: to run a suite over. */
export const WORKERS: readonly string[] = ['1', '2'];

/** Starts the program, with one worker unless told otherwise, whatever the machine has; the end of the test ends it. */
export function start(args: readonly string[], options: StartOptions = {}): Program {
  const { cwd, env, first, stdout = 'pipe', stderr = 'pipe' } = options;
  const { NBD_LOG_LEVEL: _level, ...inherited } = process.env;
  const workers = args.includes('--workers') ? [] : ['--workers', DEFAULT_WORKERS];
  const words = [inject('program'), ...workers, ...args];
  const settings: SpawnOptions = {
    cwd,
    env: { ...inherited, ...env },
    stdio: ['ignore', stdout, stderr],
  };
  const child =
    first === undefined
      ? spawn(process.execPath, words, settings)
      : spawn('sh', ['-c', `${first} && exec "$0" "$@"`, process.execPath, ...words], settings);
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  return new Program(child);
}

/** Runs the program to its end. */
export function finish(args: readonly string[], options: StartOptions = {}): Promise<Ended> {
  return start(args, options).ended;
}
