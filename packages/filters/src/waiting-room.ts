/** Calls that wait: each for an event of its own, for its release, or for its end. */
import { DriverError } from '@nbd/driver';

interface Waiting {
  readonly go: () => void;
  readonly giveUp: () => void;
}

export class WaitingRoom {
  readonly #waiting = new Set<Waiting>();

  get size(): number {
    return this.#waiting.size;
  }

  /**
   * Waits until `go` is called by whatever `begin` begins, or the room is emptied. What `begin` answers
   * is called when there is no more to wait for.
   *
   * @throws DriverError ESHUTDOWN when the waiting is given up
   */
  wait(begin: (go: () => void) => () => void): Promise<void> {
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

  /** All who wait fail. */
  giveUp(): void {
    for (const { giveUp } of this.#waiting) giveUp();
  }
}
