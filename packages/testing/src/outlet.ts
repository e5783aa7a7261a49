/** Where the bytes of one speaker leave a wire: they are gathered, cut if that is asked for, and sent. */
import type { Channel } from '@nbd/session';
import type { ByteCuts, Speaker } from './byte-cut.ts';

export interface OutletOptions {
  readonly channel: Channel;
  readonly speaker: Speaker;
  readonly cuts: ByteCuts;
  /** Cuts the wire. */
  readonly cut: () => void;
}

export class Outlet {
  readonly #options: OutletOptions;
  readonly #pieces: Uint8Array[] = [];
  #isClosed = false;

  constructor(options: OutletOptions) {
    this.#options = options;
  }

  /** Takes a copy of the bytes, to be sent by `send`. */
  write(bytes: Uint8Array): void {
    if (this.#isClosed || bytes.length === 0) return;
    const { cuts, speaker, cut } = this.#options;
    const passage = cuts.pass(speaker, bytes.length);
    if (passage.bytes > 0) this.#pieces.push(bytes.slice(0, passage.bytes));
    if (passage.isCut) cut();
  }

  send(): void {
    if (this.#pieces.length > 0) this.#options.channel.send(this.#pieces.splice(0));
  }

  /** What was written is sent, and nothing any more. */
  close(): void {
    this.send();
    this.#isClosed = true;
  }
}
