/**
 * Answers the questions of the handshake from an export source: what there is, and may I have it.
 *
 * What fails in a source is told to the observer in full, and to the client without details.
 */
import { OptionReply, type ServerReply } from '@nbd/codec';
import type { Driver, ExportContext, ExportListing, ExportSource } from '@nbd/driver';
import type { Question } from '../server/event.ts';
import { quote } from '../server/handshake/option-replies.ts';
import type { ServerSession } from '../server/server-session.ts';
import type { ExportFacts } from '../server/transmission/export-facts.ts';
import { advertise } from './advertise.ts';
import { codeOf } from './error-code.ts';
import { ExportInUse } from './export-in-use.ts';
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

  constructor(parts: ExportDeskParts) {
    this.#parts = parts;
    this.#export = new ExportInUse(parts.source, parts.context, (error) =>
      parts.observer.closeFailed?.(error),
    );
  }

  /** Answers the question, if the session still wants to know. Never rejects. */
  async answer(question: Question): Promise<void> {
    if (question.kind === 'list') await this.#list();
    else await this.#open(question.exportName);
  }

  /** Ends the use of the export that is open or being opened. Never rejects. */
  async close(): Promise<void> {
    await this.#export.release();
  }

  async #list(): Promise<void> {
    const { session, source, context, observer } = this.#parts;
    try {
      if (source.list === undefined) {
        this.#refuse(OptionReply.ERR_POLICY, 'this server does not list its exports');
        return;
      }
      const listings = await source.list(context);
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
        if (!isSendable(listing.name)) continue;
        yield { name: listing.name, description: sendableDescription(listing) ?? '' };
      }
    } catch (error) {
      this.#parts.observer.sourceFailed?.(error, undefined);
      throw error;
    }
  }

  async #open(exportName: string): Promise<void> {
    const { session, observer, entered } = this.#parts;
    try {
      const opened = await this.#export.open(exportName);
      if (opened === undefined) {
        this.#refuse(OptionReply.ERR_UNKNOWN, `there is no export ${quote(exportName)}`);
        return;
      }
      const facts = advertise(opened, session.limits);
      if (session.phase === 'ended') return;
      session.grantExport(facts);
      if (session.phase === 'transmission') entered(opened.driver, facts);
    } catch (error) {
      observer.sourceFailed?.(error, exportName);
      this.#refuseExport(codeOf(error), quote(exportName));
    }
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
