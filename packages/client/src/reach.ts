/** What a URI or an address, and options, come to: all that is needed to reach a server, settled. */
import { checkOptionNames } from './check-option-names.ts';
import type { ReachOptions, TlsMode } from './connect-options.ts';
import type { Framing } from './export-info.ts';
import { type Address, type NbdUri, parseNbdUri } from './nbd-uri.ts';
import { CREDENTIALS, type TlsCredentials } from './tls-credentials.ts';
import { checkMillis } from './whole-number.ts';

/** A server and an export: an NBD URI, or the parts of one. */
export type Target = string | (Pick<NbdUri, 'address'> & Partial<NbdUri>);

export interface Reach {
  readonly address: Address;
  readonly exportName: string;
  readonly tls: TlsMode;
  readonly credentials: TlsCredentials;
  /** Milliseconds; 0 is for ever. */
  readonly connectTimeout: number;
  readonly framing: Framing;
}

/** The room that `sockaddr_un` has; the pipes of Windows have their own limits. */
const UNIX_PATH_BYTES_MAX =
  new Map<string, number>([
    ['linux', 108],
    ['win32', Infinity],
  ]).get(process.platform) ?? 104;

const FRAMINGS: readonly Framing[] = ['simple', 'structured', 'extended'];
const TLS_MODES: readonly TlsMode[] = ['off', 'prefer', 'require'];

/**
 * Settles them. What the options say goes before what the URI says.
 *
 * @throws TypeError or RangeError that says what does not fit
 */
export function reachOf(
  target: Target,
  options: ReachOptions & { readonly exportName?: string | undefined },
): Reach {
  const uri = typeof target === 'string' ? parseNbdUri(target) : target;
  return {
    address: checkAddress(uri.address),
    exportName: options.exportName ?? uri.exportName ?? '',
    tls: tlsModeOf(uri, options.tls),
    credentials: credentialsOf(uri, options),
    connectTimeout: checkMillis('connectTimeout', options.connectTimeout ?? 10_000),
    framing: oneOf('framing', options.framing ?? 'extended', FRAMINGS),
  };
}

/** Whom the certificate must be for, where nobody says. */
export function hostOf(address: Address): string {
  return address.kind === 'tcp' ? address.host : 'localhost';
}

/**
 * Sees to it that Node connects to what the address says: it would cut a path off where the kernel's form
 * of it ends, and take an empty one for TCP.
 */
function checkAddress(address: Address): Address {
  if (address.kind !== 'unix') return address;
  const { path } = address;
  if (path === '' || path.includes('\0', 1)) {
    throw new TypeError(`${JSON.stringify(path)} is not the path of a Unix socket`);
  }
  const bytes = Buffer.byteLength(path);
  if (bytes > UNIX_PATH_BYTES_MAX) {
    throw new TypeError(
      `the path of a Unix socket has at most ${UNIX_PATH_BYTES_MAX} bytes, not ${bytes}: ${JSON.stringify(path)}`,
    );
  }
  return address;
}

/** A URI says what its author wants; in silence nothing is upgraded or downgraded. */
function tlsModeOf({ tls }: Partial<NbdUri>, asked: TlsMode | undefined): TlsMode {
  const mode = oneOf('tls', asked ?? (tls === true ? 'require' : 'off'), TLS_MODES);
  if (tls === true && mode !== 'require') {
    throw new TypeError(`nbds requires TLS, found tls: '${mode}'`);
  }
  return mode;
}

function credentialsOf(uri: Partial<NbdUri>, options: ReachOptions): TlsCredentials {
  const { credentials = {}, uriMayNameFiles = false } = options;
  checkOptionNames(credentials, CREDENTIALS, 'credentials: ');
  const { tlsCertificates, tlsPskFile, tlsHostname, tlsVerifyPeer, tlsType, user } = uri;
  if (!uriMayNameFiles && (tlsCertificates ?? tlsPskFile) !== undefined) {
    throw new TypeError('the URI names files of this machine: allow it with uriMayNameFiles');
  }
  const all: TlsCredentials = {
    ...credentials,
    certificates: credentials.certificates ?? tlsCertificates,
    pskFile: credentials.pskFile ?? tlsPskFile,
    hostname: credentials.hostname ?? tlsHostname,
    verifyPeer: credentials.verifyPeer ?? tlsVerifyPeer,
    identity: credentials.identity ?? user,
  };
  switch (tlsType) {
    case 'anon':
      throw new TypeError('tls-type=anon protects nothing, and Node does not offer it');
    case 'psk':
      if ((all.psk ?? all.pskFile) !== undefined) return all;
      throw new TypeError('tls-type=psk needs a key: give credentials.psk or credentials.pskFile');
    case 'x509':
      return { ...all, psk: undefined, pskFile: undefined };
    default:
      return all;
  }
}

function oneOf<T extends string>(name: string, value: T, allowed: readonly T[]): T {
  if (allowed.includes(value)) return value;
  throw new TypeError(`${name} must be one of ${allowed.join(', ')}, not ${JSON.stringify(value)}`);
}
