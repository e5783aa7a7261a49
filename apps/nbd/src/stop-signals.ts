/** The signals that end the program before it is done. */
import { ProgramError } from './program-error.ts';

export class StopSignals {
  /** Aborted by the first signal. Its reason is a ProgramError, "interrupted" or "terminated". */
  readonly signal: AbortSignal;
  readonly #controller = new AbortController();
  readonly #interrupt = (): void => this.#stop('interrupted');
  readonly #terminate = (): void => this.#stop('terminated');

  /** From now on none of the signals kills. */
  constructor() {
    this.signal = this.#controller.signal;
    process.on('SIGINT', this.#interrupt).on('SIGTERM', this.#terminate);
  }

  /** What comes of `step`, or else, at the first signal, the reason thrown. */
  async orStop(step: Promise<void>): Promise<void> {
    const stopped = new Promise<never>((_resolve, reject) => {
      this.signal.addEventListener('abort', () => reject(this.signal.reason as ProgramError));
    });
    await Promise.race([step, stopped]);
  }

  /** From now on they kill again. */
  release(): void {
    process.off('SIGINT', this.#interrupt).off('SIGTERM', this.#terminate);
  }

  #stop(code: 'interrupted' | 'terminated'): void {
    this.#controller.abort(new ProgramError(code, code));
  }
}
