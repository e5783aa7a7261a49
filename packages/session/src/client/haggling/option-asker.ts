/**
 * Asks for options: whether it is time for one, its bytes, and what its replies will add up to.
 * Spec: proto.md, "Option types".
 */
import { Option } from '@nbd/codec';
import type { ReplyMode } from '../../agreement/terms.ts';
import type { ClientOutbox } from '../client-outbox.ts';
import type { ClientHandshake } from './client-handshake.ts';
import { gatherEntry, gatherInfo } from './export-gathering.ts';
import {
  gatherContextNames,
  gatherContexts,
  gatherList,
  gatherNothing,
} from './option-gathering.ts';
import { OptionWriter } from './option-writer.ts';

export class OptionAsker {
  readonly #handshake: ClientHandshake;
  readonly #writer: OptionWriter;
  readonly #contextsMax: number;

  constructor(handshake: ClientHandshake, outbox: ClientOutbox, contextsMax: number) {
    this.#contextsMax = contextsMax;
    this.#handshake = handshake;
    this.#writer = new OptionWriter(outbox);
  }

  startTls(): void {
    this.#handshake.expectTurnFor(Option.STARTTLS);
    this.#writer.bare(Option.STARTTLS);
    this.#handshake.ask(gatherNothing(Option.STARTTLS, { kind: 'secure' }));
  }

  /** EXTENDED_HEADERS or STRUCTURED_REPLY, which agree on `replyMode`. */
  replyMode(option: Option, replyMode: ReplyMode): void {
    this.#handshake.expectTurnFor(option);
    this.#writer.bare(option);
    this.#handshake.ask(gatherNothing(option, { kind: 'reply-mode', replyMode }));
  }

  list(): void {
    this.#handshake.expectTurnFor(Option.LIST);
    this.#writer.bare(Option.LIST);
    this.#handshake.ask(gatherList());
  }

  listContexts(exportName: string, queries: readonly string[]): void {
    this.#handshake.expectTurnFor(Option.LIST_META_CONTEXT);
    this.#writer.contexts(Option.LIST_META_CONTEXT, { exportName, queries });
    this.#handshake.ask(gatherContextNames(exportName));
  }

  setContexts(exportName: string, queries: readonly string[]): void {
    this.#handshake.expectTurnFor(Option.SET_META_CONTEXT);
    this.#writer.contexts(Option.SET_META_CONTEXT, { exportName, queries });
    this.#handshake.ask(gatherContexts(exportName, this.#contextsMax));
  }

  info(exportName: string, infos: readonly number[]): void {
    this.#handshake.expectTurnFor(Option.INFO);
    this.#writer.info(Option.INFO, { exportName, infos });
    this.#handshake.ask(gatherInfo(exportName));
  }

  go(exportName: string, infos: readonly number[]): void {
    this.#handshake.expectTurnFor(Option.GO);
    this.#writer.info(Option.GO, { exportName, infos });
    this.#handshake.ask(gatherEntry(exportName));
  }

  exportName(exportName: string): void {
    this.#handshake.expectTurnFor(Option.EXPORT_NAME);
    this.#writer.name(Option.EXPORT_NAME, exportName);
    this.#handshake.askByName(exportName);
  }

  /** Says goodbye, which no one waits to hear answered (K-034). */
  abort(): void {
    this.#handshake.expectTurnFor(Option.ABORT);
    this.#writer.bare(Option.ABORT);
  }
}
