/** A moment until when something must have been done; it keeps no process alive. */
export class Deadline {
  readonly #timer: NodeJS.Timeout | undefined;
  #passed = false;

  /** Calls `passed` in `millis` milliseconds, unless it is stopped before. 0 is never. */
  constructor(millis: number, passed: () => void) {
    if (millis === 0) return;
    this.#timer = setTimeout(() => {
      this.#passed = true;
      passed();
    }, millis);
    this.#timer.unref();
  }

  get hasPassed(): boolean {
    return this.#passed;
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
