/** The healthy client, in a process of its own, so that what the attackers cost is not measured with it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface, type Interface } from 'node:readline';
import { typescriptProgram } from '../servers/typescript-program.ts';
import type { Health } from './healthy-client.ts';

export class HealthyProcess {
  readonly #child: ChildProcess;
  readonly #lines: Interface;
  readonly #ended: Promise<never>;
  readonly #gone: Promise<void>;
  #log = '';

  constructor(uri: string, seed: number) {
    const [program, ...args] = typescriptProgram(new URL('./healthy-client.ts', import.meta.url), [
      uri,
      String(seed),
    ]);
    this.#child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.#log += text));
    if (this.#child.stdout === null) throw new Error('expected a child with an output');
    this.#lines = createInterface({ input: this.#child.stdout });
    this.#gone = new Promise((resolve) => {
      this.#child.on('close', () => resolve());
    });
    this.#ended = this.#gone.then(() => {
      throw new Error(`the healthy client has ended: ${this.#log}`);
    });
    // Whoever does not ask it any more is no reason for an unhandled rejection.
    this.#ended.catch(() => undefined);
  }

  /** How it went since the last time. Rejects if the client could not go on. */
  async health(): Promise<Health> {
    const line = new Promise<string>((resolve) => {
      this.#lines.once('line', resolve);
    });
    this.#child.stdin?.write('\n');
    return JSON.parse(await Promise.race([line, this.#ended])) as Health;
  }

  async stop(): Promise<void> {
    this.#child.stdin?.end();
    await this.#gone;
  }
}
