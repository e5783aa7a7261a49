/** Notes what a channel tells. */
import type { ChannelReceiver } from '@nbd/session';

export class RecordingReceiver implements ChannelReceiver {
  /** What happened but for bytes, in order. */
  readonly told: string[] = [];
  readonly bytes: number[] = [];
  error: Error | undefined;
  /** Called for all that is told. */
  onTold: () => void = () => undefined;

  received(bytes: Uint8Array): void {
    this.bytes.push(...bytes);
    this.onTold();
  }

  sent(): void {
    this.#note('sent');
  }

  ended(): void {
    this.#note('ended');
  }

  closed(error: Error | undefined): void {
    this.error = error;
    this.#note('closed');
  }

  /** Resolves when `holds` does. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) {
      await new Promise<void>((resolve) => {
        this.onTold = resolve;
      });
    }
  }

  #note(what: string): void {
    this.told.push(what);
    this.onTold();
  }
}
