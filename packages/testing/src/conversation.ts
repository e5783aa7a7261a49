/** What the two speakers of one connection have said that the other one's words must be read by. */
import type { DiskCall } from '@nbd/filters';
import type { Answer } from './history.ts';
import type { WireStrike } from './wire-fault-plan.ts';

/** A request that was asked and not wholly answered. */
export interface Asked {
  readonly call: DiskCall | undefined;
  /** Bytes. */
  readonly length: number;
  readonly strike: WireStrike | undefined;
  /** Told once the whole answer has left, or never will. */
  readonly answered: (answer: Answer) => void;
}

export class Conversation {
  /** By cookie. */
  readonly asked: Map<bigint, Asked> = new Map<bigint, Asked>();
  /** The client has not agreed to leave out the zeroes behind the reply to EXPORT_NAME. */
  hasZeroes = true;
  /** EXPORT_NAME was asked: its reply, which has no header of its own, is the next thing that the server says. */
  awaitsExportName = false;

  /** No more is said: what was asked is never answered. */
  end(): void {
    for (const { answered } of this.asked.values()) answered('lost');
    this.asked.clear();
  }
}
