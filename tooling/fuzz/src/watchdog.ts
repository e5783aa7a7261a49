/**
 * An end for what never comes back where `time-limit.ts` does not reach, which is behind an `await`. A thread looks whether
 * the work goes on, and ends the process if it does not: the same seed brings it there again.
 */
import { Worker } from 'node:worker_threads';

/** Far more than the executions between two signs of life take on a machine that is busy with other things. */
const LIMIT_MILLIS = 300_000;

/** What the thread does: sleeps for as long as the limit, and expects that there were signs of life meanwhile. */
const LOOK = `
  const { writeSync } = require('node:fs');
  const { workerData: { signs, limitMillis } } = require('node:worker_threads');
  for (;;) {
    const seen = Atomics.load(signs, 0);
    Atomics.wait(signs, 0, seen, limitMillis);
    if (Atomics.load(signs, 0) !== seen) continue;
    writeSync(2, 'HANGS: nothing has come back for ' + limitMillis / 1000 + ' seconds\\n');
    process.kill(process.pid, 'SIGKILL');
  }
`;

export class Watchdog {
  readonly #signs = new Int32Array(new SharedArrayBuffer(4));
  readonly #thread: Worker;

  constructor(limitMillis: number = LIMIT_MILLIS) {
    this.#thread = new Worker(LOOK, {
      eval: true,
      workerData: { signs: this.#signs, limitMillis },
    });
    this.#thread.unref();
  }

  /** A sign of life. */
  pat(): void {
    Atomics.add(this.#signs, 0, 1);
  }

  async stop(): Promise<void> {
    await this.#thread.terminate();
  }
}
