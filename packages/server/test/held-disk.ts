/** A disk whose calls wait until the test lets them go, and which keeps its buffers until then. */
import type { Driver } from '@nbd/driver';

interface HeldCall {
  readonly carryOut: () => void;
  readonly fail: (error: unknown) => void;
}

export class HeldDisk implements Driver {
  readonly size: number = 1024 * 1024;
  readonly bytes: Uint8Array = new Uint8Array(this.size);
  /** How often it was closed. */
  closed = 0;
  #held: HeldCall[] = [];
  #arrived: () => void = () => undefined;

  read(target: Uint8Array, offset: number): Promise<void> {
    return this.#hold(() => target.set(this.bytes.subarray(offset, offset + target.length)));
  }

  write(source: Uint8Array, offset: number): Promise<void> {
    return this.#hold(() => this.bytes.set(source, offset));
  }

  close(): void {
    this.closed++;
  }

  /** How many calls wait. */
  get waiting(): number {
    return this.#held.length;
  }

  /** Resolves when `count` calls wait. */
  async holds(count: number): Promise<void> {
    while (this.#held.length < count) {
      await new Promise<void>((resolve) => {
        this.#arrived = resolve;
      });
    }
  }

  /** Carries out what waits. */
  letGo(): void {
    for (const { carryOut } of this.#held.splice(0)) carryOut();
  }

  /** Fails what waits. */
  fail(error: unknown): void {
    for (const call of this.#held.splice(0)) call.fail(error);
  }

  #hold(effect: () => void): Promise<void> {
    return new Promise((resolve, reject) => {
      const carryOut = (): void => {
        effect();
        resolve();
      };
      this.#held.push({ carryOut, fail: reject });
      this.#arrived();
    });
  }
}
