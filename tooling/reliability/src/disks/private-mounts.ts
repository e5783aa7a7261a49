/**
 * Mounts that no other process sees, and that go when we go, whatever the way: a shell in a mount namespace of its own
 * makes them, waits for the end of its standard input, and undoes what does not go by itself. What it has mounted is reached
 * through `/proc`.
 */
import { type ChildProcess, spawn } from 'node:child_process';

const READY = 'ready';

export class PrivateMounts {
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;
  #printed = '';
  #log = '';

  private constructor(script: string, args: readonly string[]) {
    const whole = `set -e\n${script}`;
    this.#child = spawn('unshare', ['--mount', 'sh', '-c', whole, 'mounts', ...args], {
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.#child.stdin?.on('error', () => undefined);
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.#log += text));
    this.#ended = new Promise((resolve) => {
      this.#child.on('error', (error) => {
        this.#log += error.message;
        resolve();
      });
      this.#child.on('close', () => resolve());
    });
  }

  /**
   * Runs a script of the shell with these arguments, up to its call of `hold`, which prints what it is given and waits
   * for the end.
   *
   * @throws Error with what was written to standard error, if it does not get there
   */
  static async make(script: string, args: readonly string[]): Promise<PrivateMounts> {
    const hold = `hold() { printf '%s\\n${READY}\\n' "$*"; cat >/dev/null; }`;
    const mounts = new PrivateMounts(`${hold}\n${script}`, args);
    await Promise.race([mounts.#untilReady(), mounts.#ended]);
    if (mounts.#printed.includes(`${READY}\n`)) return mounts;
    await mounts.remove();
    throw new Error(`cannot mount: ${mounts.#log}`);
  }

  /** What the script has given to `hold`. */
  get told(): string {
    return this.#printed.split('\n', 1)[0] ?? '';
  }

  /** Where a path of the namespace is found from without. */
  pathOf(path: string): string {
    return `/proc/${this.#child.pid}/root${path}`;
  }

  /** Resolves when the script has ended. */
  async remove(): Promise<void> {
    this.#child.stdin?.end();
    await this.#ended;
  }

  #untilReady(): Promise<void> {
    return new Promise((resolve) => {
      this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => {
        this.#printed += text;
        if (this.#printed.includes(`${READY}\n`)) resolve();
      });
    });
  }
}
