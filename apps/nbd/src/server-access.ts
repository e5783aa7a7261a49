/** What the command line says about reaching servers, in the words of `@nbd/client`. */
import {
  type Client,
  connect,
  type ConnectOptions,
  type DescribedExport,
  type ExportInfo,
  type ExportListing,
  info,
  list,
  listWithInfo,
  parseNbdUri,
  type ReachOptions,
} from '@nbd/client';
import { failure, ProgramError } from './program-error.ts';

/** The options about TLS, as they are given: they hold for `nbds` URIs, and for nothing else. */
export interface TlsWords {
  readonly tlsCertificates?: string;
  readonly tlsPskFile?: string;
  readonly tlsHostname?: string;
  readonly insecure?: true;
}

/** How to reach every server that the command line names. */
export type ServerAccess = Pick<ReachOptions, 'credentials' | 'uriMayNameFiles'>;

/** Whether `text` means a server, and not a file. */
export function isUri(text: string): boolean {
  return /^nbds?(?:\+\w+)?:/i.test(text);
}

/**
 * Checks the URIs and the words together.
 *
 * @throws ProgramError "wrong-usage": for a URI that is none, and for words about TLS where no URI has
 * TLS, since whoever gives them does not want to talk in the clear
 */
export function accessTo(uris: readonly string[], words: TlsWords): ServerAccess {
  const anyTls = uris.map(checkUri).some(Boolean);
  const [option] = Object.entries(OPTIONS).find(([key]) => Object.hasOwn(words, key)) ?? [];
  if (option !== undefined && !anyTls) {
    throw new ProgramError(
      'wrong-usage',
      `${OPTIONS[option as keyof TlsWords]} needs a URI with TLS: nbds:// or nbds+unix://`,
    );
  }
  return {
    // Whoever has typed the URI may name files in it.
    uriMayNameFiles: true,
    credentials: {
      certificates: words.tlsCertificates,
      pskFile: words.tlsPskFile,
      hostname: words.tlsHostname,
      ...(words.insecure === true && { verifyPeer: false }),
    },
  };
}

/** Enters the export that `uri` names. */
export function openClient(uri: string, options: ConnectOptions): Promise<Client> {
  return attempt(connect(uri, options));
}

/**
 * Sees to it that the export can be read up to `end`: what lies behind its last whole block cannot.
 *
 * @throws ProgramError "failed"
 */
export function checkReachable({ size, info: { blockSize } }: Client, end: number = size): void {
  const reachable = size - (size % blockSize.minimum);
  if (end <= reachable) return;
  throw new ProgramError(
    'failed',
    `the export has ${size} bytes, and only ${reachable} can be read, in blocks of ${blockSize.minimum}`,
  );
}

/** What the server tells of the export that `uri` names. */
export function askInfo(uri: string, access: ServerAccess): Promise<ExportInfo> {
  return attempt(info(uri, access));
}

/** The exports of the server that `uri` names. */
export function askList(uri: string, access: ServerAccess): Promise<readonly ExportListing[]> {
  return attempt(list(uri, access));
}

/** The same, and each described by itself, or with the reason why it is not. */
export function askLongList(
  uri: string,
  access: ServerAccess,
): Promise<readonly DescribedExport[]> {
  return attempt(listWithInfo(uri, access));
}

const OPTIONS: Readonly<Record<keyof TlsWords, string>> = {
  tlsCertificates: '--tls-certificates',
  tlsPskFile: '--tls-psk-file',
  tlsHostname: '--tls-hostname',
  insecure: '--insecure',
};

function checkUri(uri: string): boolean {
  try {
    return parseNbdUri(uri).tls;
  } catch (error) {
    if (error instanceof TypeError) throw new ProgramError('wrong-usage', error.message);
    throw error;
  }
}

/** Credentials that do not go together are the fault of who gave them. */
async function attempt<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof TypeError && !('syscall' in error)) {
      throw new ProgramError('wrong-usage', error.message, { cause: error });
    }
    throw failure(error);
  }
}
