/**
 * The reply to LIST, written bit by bit: an export source may have more names than anybody wants to
 * hold in memory.
 * Spec: proto.md, "NBD_OPT_LIST".
 */
import type { ServerReply } from '@nbd/codec';
import type { Outbox } from '../outbox.ts';
import type { OptionReplies } from './option-replies.ts';
import { UNLISTABLE } from './refusal.ts';

/** Entries are written until this much is ready to be sent. */
const READY_BYTES_MAX = 64 * 1024;

export class Listing {
  /** How many entries were written. */
  count = 0;
  readonly #entries: Iterator<ServerReply>;
  readonly #replies: OptionReplies;
  readonly #outbox: Outbox;

  constructor(entries: Iterable<ServerReply>, replies: OptionReplies, outbox: Outbox) {
    this.#entries = entries[Symbol.iterator]();
    this.#replies = replies;
    this.#outbox = outbox;
  }

  /** Gives up what is not drawn yet. */
  close(): void {
    try {
      this.#entries.return?.();
    } catch {
      // The client is gone, and so is the interest in why its list could not be closed.
    }
  }

  /** Writes on until enough is ready; true: the final reply is written. */
  advance(): boolean {
    while (this.#outbox.readyBytes < READY_BYTES_MAX) {
      const entry = this.#next();
      if (entry === undefined) return true;
      this.#replies.server(entry);
      this.count++;
    }
    return false;
  }

  /** The next entry; undefined: there was the end, or a failure, and the final reply tells which. */
  #next(): ServerReply | undefined {
    try {
      const { done, value } = this.#entries.next();
      if (done !== true) return value;
      this.#replies.acknowledge();
    } catch {
      // Whoever lists has the error; the client is told that the list is not whole (C-069).
      this.#replies.refuse(UNLISTABLE);
    }
    return undefined;
  }
}
