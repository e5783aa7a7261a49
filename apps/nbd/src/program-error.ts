/**
 * The ways this program fails on purpose. Anything else that is thrown is a bug: it shows its stack.
 */
import { visible } from './visible-text.ts';

export type ProgramErrorCode =
  /** The command line asks for what cannot be. */
  | 'wrong-usage'
  /** A server, a file or a stream has failed. */
  | 'failed'
  /** A signal has ended the program. */
  | 'interrupted'
  | 'terminated'
  /** Nobody reads what is printed any more, which is no news to anybody. */
  | 'unread';

/** Signals and a lost reader: 128 and the number of the signal, as of a program that it kills. */
const EXIT_CODES: Readonly<Record<ProgramErrorCode, number>> = {
  'wrong-usage': 2,
  failed: 1,
  interrupted: 130,
  terminated: 143,
  unread: 141,
};

/** By name and not by class: files and volumes are loaded apart, with classes of their own. */
const FAULTS: ReadonlySet<string> = new Set([
  'NbdError',
  'DriverError',
  'FileOpenError',
  'StoreError',
  'VolumeError',
]);

const KEY = 'it may ask for a key: give --tls-psk-file FILE';
const TRUST = 'give --tls-certificates DIR with the ca-cert.pem that it is from';

/** What to do, where the words of this program can say it. */
const REMEDIES: Readonly<Record<string, string>> = {
  ERR_TLS_REQD: 'give a URI that begins with nbds',
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED:
    'give --tls-certificates DIR with client-cert.pem and client-key.pem, too',
  ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE: KEY,
  // The same of later OpenSSLs.
  'ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE': KEY,
  SELF_SIGNED_CERT_IN_CHAIN: TRUST,
  DEPTH_ZERO_SELF_SIGNED_CERT: TRUST,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: TRUST,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: TRUST,
  ERR_TLS_CERT_ALTNAME_INVALID: 'give --tls-hostname NAME with a name that it is for',
};

/** The message is for the person who started the program. */
export class ProgramError extends Error {
  override readonly name = 'ProgramError';
  readonly code: ProgramErrorCode;

  constructor(code: ProgramErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }

  get exitCode(): number {
    return EXIT_CODES[this.code];
  }

  /** The message as one line, whatever a server or a path brought into it. */
  get line(): string {
    return visible(this.message.replaceAll(/\s*[\r\n]+\s*/g, ' '));
  }
}

/**
 * The same failure in the words of this program, with `where` before it. What no server, disk or file
 * can be blamed for is answered as it is.
 */
export function failure(cause: unknown, where = ''): unknown {
  const isFault = cause instanceof Error && FAULTS.has(cause.name);
  if (!isFault && !isSystemError(cause)) return cause;
  const remedy = REMEDIES[(cause as NodeJS.ErrnoException).code ?? ''];
  const reason = remedy === undefined ? cause.message : `${cause.message}; ${remedy}`;
  return new ProgramError('failed', where === '' ? reason : `${where}: ${reason}`, { cause });
}

function isSystemError(cause: unknown): cause is NodeJS.ErrnoException {
  return cause instanceof Error && (cause as NodeJS.ErrnoException).syscall !== undefined;
}
