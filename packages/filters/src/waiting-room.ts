/** Calls that wait: each for an event of its own, for its release, or for its end. Once the room is closed nobody waits. */
import { DriverError } from '@nbd/driver';

interface Waiting {
  readonly go: () => void;
  readonly giveUp: () => void;
}

export class WaitingRoom {
  readonly #waiting = new Set<Waiting>();
  #isClosed = false;

  get size(): number {
    return this.#waiting.size;
  }

  /**
   * Waits until `go` is called by whatever `begin` begins, or the room is emptied. What `begin` answers
   * is called when there is no more to wait for. In a closed room nothing is begun.
   *
   * @throws DriverError ESHUTDOWN when the waiting is given up
   */
  wait(begin: (go: () => void) => () => void): Promise<void> {
    if (this.#isClosed) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const leave = (settle: () => void): void => {
        if (!this.#waiting.delete(waiting)) return;
        end();
        settle();
      };
      const waiting: Waiting = {
        go: () => leave(resolve),
        giveUp: () => {
          leave(() => reject(new DriverError('ESHUTDOWN', 'given up while it waited')));
        },
      };
      this.#waiting.add(waiting);
      const end = begin(waiting.go);
    });
  }

  /** All who wait go on. */
  release(): void {
    for (const { go } of this.#waiting) go();
  }

  /** All who wait go on, and so do those who were about to. */
  close(): void {
    this.#isClosed = true;
    this.release();
  }

  /** All who wait fail. */
  giveUp(): void {
    for (const { giveUp } of this.#waiting) giveUp();
  }
}
