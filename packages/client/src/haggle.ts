/**
 * The handshake as a client plays it, one option after the other (K-004, K-009): TLS, the framing of
 * replies, meta contexts, and the export.
 */
import { Info, Option, OptionReply, spellOption, spellOptionReply } from '@nbd/codec';
import type { ClientSession, EnteredExport, OptionAnswer, OptionRefused } from '@nbd/session';
import type { Framing, TlsFacts } from './export-info.ts';
import type { Link } from './link.ts';
import { NbdError } from './nbd-error.ts';
import { hostOf, type Reach } from './reach.ts';
import { spellName } from './spell-name.ts';
import { tlsOptions } from './tls-options.ts';

/** What is asked of an export besides its size. */
export const INFOS: readonly number[] = [Info.BLOCK_SIZE, Info.NAME, Info.DESCRIPTION];

/** A server that has said hello, and is protected as was asked for. */
export interface Welcome {
  readonly link: Link;
  readonly tls: TlsFacts | undefined;
  /** False: `exportName` is the only option. */
  readonly fixedNewstyle: boolean;
}

/** Waits for the greeting, and puts TLS on where `reach` says so (K-002, K-010). */
export async function welcome(link: Link, reach: Reach): Promise<Welcome> {
  const credentials =
    reach.tls === 'off' ? undefined : await tlsOptions(reach.credentials, hostOf(reach.address));
  const greeting = await link.greeted;
  const fixedNewstyle = greeting.kind === 'greeted' && greeting.fixedNewstyle;
  if (credentials === undefined || !fixedNewstyle) return { link, tls: undefined, fixedNewstyle };
  const answer = await link.ask((session) => session.startTls());
  if (answer.kind === 'secure') {
    return { link, tls: await link.secure(credentials), fixedNewstyle };
  }
  // The caller has said that the clear is good enough, and then the refusal is no failure.
  if (reach.tls === 'prefer') return { link, tls: undefined, fixedNewstyle };
  throw refusalOf(answer, 'the server does not offer TLS');
}

/** Agrees on the best framing up to `best` that the server has. */
export async function agreeOnFraming(link: Link, best: Framing): Promise<Framing> {
  if (best === 'extended') {
    const answer = await ask(link, (session) => session.requestExtendedHeaders());
    if (answer.kind === 'reply-mode') return 'extended';
  }
  if (best !== 'simple') {
    const answer = await ask(link, (session) => session.requestStructuredReplies());
    if (answer.kind === 'reply-mode') return 'structured';
  }
  return 'simple';
}

/**
 * Enters an export: with GO, or with EXPORT_NAME where the server has no GO (K-012).
 *
 * @throws NbdError with the error of the option as its code, such as ERR_UNKNOWN
 */
export async function enter(
  { link, fixedNewstyle }: Welcome,
  { exportName, framing: best }: Reach,
  contexts: readonly string[],
): Promise<EnteredExport> {
  if (!fixedNewstyle) return enterByName(link, exportName);
  const framing = await agreeOnFraming(link, best);
  if (framing !== 'simple' && contexts.length > 0) {
    // Refused or granted in part: which are there is told by the export that is entered.
    await ask(link, (session) => session.setContexts(exportName, contexts));
  }
  const answer = await link.ask((session) => session.go(exportName, INFOS));
  if (answer.kind === 'entered') return answer.entered;
  if (framing !== 'extended' && isRefusal(answer, OptionReply.ERR_UNSUP)) {
    return enterByName(link, exportName);
  }
  throw refusalOf(answer, `cannot enter the export ${spellName(exportName)}`);
}

/** Whether the server has refused for that reason. */
export function isRefusal(answer: OptionAnswer, type: number): answer is OptionRefused {
  return answer.kind === 'refused' && answer.type === type;
}

/** An answer that is not the one that was hoped for, as an error. */
export function refusalOf(answer: OptionAnswer, what: string): NbdError {
  if (answer.kind !== 'refused') {
    return new NbdError('EPROTO', `${what}: the server has answered with ${answer.kind}`);
  }
  const code = spellOptionReply(answer.type);
  const said = answer.text === '' ? code : `${code}, ${answer.text}`;
  return new NbdError(code, `${what}: ${spellOption(answer.option)} is refused with ${said}`);
}

/** A server that shuts down is asked nothing more: whoever is told of it says ABORT (K-013). */
async function ask(link: Link, wish: (session: ClientSession) => void): Promise<OptionAnswer> {
  const answer = await link.ask(wish);
  if (!isRefusal(answer, OptionReply.ERR_SHUTDOWN)) return answer;
  throw refusalOf(answer, 'the server shuts down');
}

/** EXPORT_NAME has no error: a server that does not have the export closes. */
async function enterByName(link: Link, exportName: string): Promise<EnteredExport> {
  const answer = await link
    .ask((session) => session.exportName(exportName))
    .catch((cause: unknown) => {
      if (!(cause instanceof NbdError) || cause.code !== 'ECONNRESET') throw cause;
      const what = `cannot enter the export ${spellName(exportName)}`;
      throw new NbdError('ERR_UNKNOWN', `${what}: the server has closed`, { cause });
    });
  if (answer.kind === 'entered') return answer.entered;
  throw refusalOf(answer, spellOption(Option.EXPORT_NAME));
}
