/**
 * Answers the questions of the handshake from an export source: what there is, and may I have it.
 *
 * What fails in a source is told to the observer in full, and to the client without details.
 */
import { OptionReply, type ServerReply } from '@nbd/codec';
import type {
  Awaitable,
  Driver,
  ExportContext,
  ExportListing,
  ExportSource,
  OpenExport,
  TlsPeer,
} from '@nbd/driver';
import type { Question } from '../server/event.ts';
import type { AvailableContext } from '../server/handshake/meta-context-options.ts';
import { quote } from '../server/handshake/quote.ts';
import type { ServerSession } from '../server/server-session.ts';
import type { ExportFacts } from '../server/transmission/export-facts.ts';
import { advertise } from './advertise.ts';
import { contextsOf } from './disk-contexts.ts';
import { codeOf } from './error-code.ts';
import { ExportInUse } from './export-in-use.ts';
import { isPromise } from './is-promise.ts';
import type { Observer } from './observer.ts';
import { isSendable, sendableDescription } from './sendable.ts';

export interface ExportDeskParts {
  readonly session: ServerSession;
  readonly source: ExportSource;
  readonly context: ExportContext;
  readonly observer: Observer;
  /** The client has entered an export. */
  readonly entered: (driver: Driver, facts: ExportFacts) => void;
}

export class ExportDesk {
  readonly #parts: ExportDeskParts;
  readonly #export: ExportInUse;
  #context: ExportContext;

  constructor(parts: ExportDeskParts) {
    this.#parts = parts;
    this.#context = parts.context;
    this.#export = new ExportInUse(parts.source, (error) => parts.observer.closeFailed?.(error));
  }

  /** From now on the connection is under TLS: whatever was opened for whoever it was in the clear does not count (C-091). */
  secured(tls: TlsPeer): void {
    this.#context = { ...this.#context, tls };
    this.#export.forget();
  }

  /** Answers the question, if the session still wants to know: at once, if the source does. Never throws or rejects. */
  answer(question: Question): Awaitable<void> {
    switch (question.kind) {
      case 'list':
        return this.#list();
      case 'contexts':
        return this.#tellContexts(question.exportName);
      case 'open':
        return this.#open(question.exportName);
    }
  }

  /** Ends the use of the export that is open or being opened. Never throws or rejects. */
  close(): Awaitable<void> {
    return this.#export.release();
  }

  async #list(): Promise<void> {
    const { session, source, observer } = this.#parts;
    try {
      if (source.list === undefined) {
        this.#refuse(OptionReply.ERR_POLICY, 'this server does not list its exports');
        return;
      }
      const listings = await source.list(this.#context);
      if (session.phase !== 'ended') session.grantList(this.#entriesOf(listings));
    } catch (error) {
      observer.sourceFailed?.(error, undefined);
      this.#refuse(OptionReply.ERR_PLATFORM, 'the exports cannot be listed now');
    }
  }

  /** What the wire can carry of a list. */
  *#entriesOf(listings: Iterable<ExportListing>): Iterable<ServerReply> {
    try {
      for (const listing of listings) {
        if (!isSendable(listing.name) || this.#isForTlsOnly(listing.name)) continue;
        yield { name: listing.name, description: sendableDescription(listing) ?? '' };
      }
    } catch (error) {
      this.#parts.observer.sourceFailed?.(error, undefined);
      throw error;
    }
  }

  /** What may be seen under TLS only does not exist in the clear: there is no better error here (C-089). */
  #tellContexts(exportName: string): Awaitable<void> {
    if (this.#isForTlsOnly(exportName)) {
      this.#refuseUnknown(exportName);
      return undefined;
    }
    return this.#withExport(exportName, (_opened, contexts) => {
      this.#parts.session.grantContexts(contexts);
    });
  }

  #open(exportName: string): Awaitable<void> {
    const { session, entered } = this.#parts;
    if (this.#isForTlsOnly(exportName)) {
      this.#refuse(
        OptionReply.ERR_TLS_REQD,
        `the export ${quote(exportName)} needs STARTTLS first`,
      );
      return undefined;
    }
    return this.#withExport(exportName, (opened) => {
      const facts = advertise(opened, session.limits);
      session.grantExport(facts);
      if (session.phase === 'transmission') entered(opened.driver, facts);
    });
  }

  /** Opens the export and calls `act`, unless the session has ended by then; refuses when either fails. */
  #withExport(
    exportName: string,
    act: (opened: OpenExport, contexts: readonly AvailableContext[]) => void,
  ): Awaitable<void> {
    const { session, observer } = this.#parts;
    const goOn = (opened: OpenExport | undefined): void => {
      if (opened === undefined) {
        this.#refuseUnknown(exportName);
        return;
      }
      const contexts = contextsOf(opened.driver);
      if (session.phase !== 'ended') act(opened, contexts);
    };
    const fail = (error: unknown): void => {
      observer.sourceFailed?.(error, exportName);
      this.#refuseExport(codeOf(error), quote(exportName));
    };
    try {
      const opening = this.#export.open(exportName, this.#context);
      if (isPromise(opening)) return opening.then(goOn).catch(fail);
      goOn(opening);
    } catch (error) {
      fail(error);
    }
    return undefined;
  }

  /** A source that cannot tell is taken to say yes. */
  #isForTlsOnly(exportName: string): boolean {
    if (this.#context.tls !== undefined) return false;
    try {
      return this.#parts.source.requiresTls?.(exportName) === true;
    } catch (error) {
      this.#parts.observer.sourceFailed?.(error, exportName);
      return true;
    }
  }

  #refuseUnknown(exportName: string): void {
    this.#refuse(OptionReply.ERR_UNKNOWN, `there is no export ${quote(exportName)}`);
  }

  #refuseExport(code: string | undefined, name: string): void {
    switch (code) {
      case 'EPERM':
        this.#refuse(OptionReply.ERR_POLICY, `the export ${name} is not for you`);
        break;
      case 'ESHUTDOWN':
        this.#refuse(OptionReply.ERR_SHUTDOWN, `the export ${name} is going away`);
        break;
      default:
        this.#refuse(OptionReply.ERR_UNKNOWN, `the export ${name} cannot be opened now`);
    }
  }

  #refuse(type: OptionReply, text: string): void {
    const { session } = this.#parts;
    if (session.phase !== 'ended') session.refuse(type, text);
  }
}
