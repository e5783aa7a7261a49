/**
 * NBD URIs: what they say, and how to say it.
 * Spec: uri.md, "NBD URI components" (K-036, K-037).
 *
 *   nbd://[USER@]HOST[:PORT]/EXPORT           TCP; an IPv6 address in brackets; port 10809 if absent
 *   nbd+unix://[USER@]/EXPORT?socket=PATH     a Unix socket; %00 before an abstract one
 *   nbd+vsock://[USER@]CID[:PORT]/EXPORT      a socket between virtual machines
 *   nbds…                                     the same, with TLS or not at all
 *
 * The export is all behind the first slash, percent-encoded. Keys in the query are `socket`, `tls-type`,
 * `tls-hostname`, `tls-verify-peer`, `tls-certificates`, `tls-psk-file`, and `x-…` for experiments.
 */
import { DEFAULT_PORT, measureText } from '@nbd/codec';

/** Where a server is. */
export type Address =
  | {
      readonly kind: 'tcp';
      /** A name, an IPv4 address, or an IPv6 address without brackets. */
      readonly host: string;
      readonly port: number;
    }
  | {
      readonly kind: 'unix';
      /** Of the socket's file; with a NUL before it, the name of an abstract socket. */
      readonly path: string;
    }
  | { readonly kind: 'vsock'; readonly cid: number; readonly port: number };

export type TlsType = (typeof TLS_TYPES)[number];

/** What an NBD URI says; what is absent it did not say. Spec: uri.md. */
export interface NbdUri {
  readonly address: Address;
  /** Empty: the default export. */
  readonly exportName: string;
  /** An `nbds` scheme: TLS, or no connection. */
  readonly tls: boolean;
  /** The user before the `@`: the name that TLS is to use. */
  readonly user?: string;
  /** How the peers prove who they are. */
  readonly tlsType?: TlsType;
  /** The name that the server's certificate must be for. */
  readonly tlsHostname?: string;
  /** False: the certificate of the server is not to be verified. */
  readonly tlsVerifyPeer?: boolean;
  /** A folder of certificates; a file of this machine, so believe it only of URIs that you trust. */
  readonly tlsCertificates?: string;
  /** A file of pre-shared keys; the same holds. */
  readonly tlsPskFile?: string;
  /** The values of `x-…` keys. */
  readonly experiments?: Readonly<Record<string, string>>;
}

const TLS_TYPES = ['anon', 'x509', 'psk'] as const;

const FORM =
  /^(?<scheme>nbds?)(?:\+(?<transport>unix|vsock))?:\/\/(?:(?<user>[^@/?#]*)@)?(?<host>\[[^\]/?#]*\]|[^:/?#@[\]]*)(?::(?<port>\d*))?(?<path>\/[^?#]*)?(?:\?(?<query>[^#]*))?$/i;

const EXPECTED = 'expected nbd://HOST:PORT/EXPORT or nbd+unix:///EXPORT?socket=PATH';

/** The port of VSOCK when none is named, and the context of the host. */
const VSOCK_HOST_CID = 2;

/**
 * Reads an NBD URI.
 *
 * @throws TypeError saying what is wrong with it and what would be right
 */
export function parseNbdUri(uri: string): NbdUri {
  const parts = FORM.exec(uri)?.groups;
  if (parts === undefined) throw new TypeError(`${JSON.stringify(uri)}: ${EXPECTED}`);
  const query = new Query(uri, parts['query'] ?? '');
  const user = parts['user'];
  const exportName = decode(uri, (parts['path'] ?? '').slice(1));
  checkName(uri, exportName);
  return {
    address: addressOf(uri, parts, query),
    exportName,
    tls: parts['scheme']?.toLowerCase() === 'nbds',
    ...(user === undefined || user === '' ? {} : { user: decode(uri, user) }),
    ...query.tls(),
  };
}

/**
 * Writes an NBD URI; `parseNbdUri` reads the same from it.
 *
 * @throws TypeError for text that no URI can carry: a lone surrogate
 */
export function formatNbdUri(uri: NbdUri): string {
  const { address } = uri;
  const scheme = `nbd${uri.tls ? 's' : ''}${address.kind === 'tcp' ? '' : `+${address.kind}`}`;
  const user = uri.user === undefined ? '' : `${encode(uri.user)}@`;
  const query = queryOf(uri)
    .map(([key, value]) => `${key}=${encodePath(value)}`)
    .join('&');
  const path = `/${encodePath(uri.exportName)}`;
  return `${scheme}://${user}${authority(address)}${path}${query === '' ? '' : `?${query}`}`;
}

function addressOf(uri: string, parts: Record<string, string>, query: Query): Address {
  const host = parts['host'] ?? '';
  const socket = query.socket;
  if (parts['transport']?.toLowerCase() === 'unix') {
    if (host !== '' || parts['port'] !== undefined) {
      throw new TypeError(
        `${uri}: a Unix socket has no host, found ${host || `:${parts['port']}`}`,
      );
    }
    if (socket === undefined || socket === '' || socket === '\0') {
      throw new TypeError(`${uri}: expected socket=PATH`);
    }
    return { kind: 'unix', path: socket };
  }
  if (socket !== undefined) {
    throw new TypeError(`${uri}: "socket" belongs to nbd+unix, found it with a host`);
  }
  const port = portOf(
    uri,
    parts['port'] ?? '',
    parts['transport'] === undefined ? 0xffff : 0xffff_ffff,
  );
  if (parts['transport'] !== undefined) {
    return { kind: 'vsock', cid: cidOf(uri, host), port };
  }
  const bare = host.startsWith('[') ? host.slice(1, -1) : host;
  if (host.startsWith('[') && !bare.includes(':')) {
    throw new TypeError(`${uri}: expected an IPv6 address in brackets, found ${host}`);
  }
  return { kind: 'tcp', host: bare === '' ? 'localhost' : decode(uri, bare), port };
}

function portOf(uri: string, digits: string, portMax: number): number {
  const port = digits === '' ? DEFAULT_PORT : Number(digits);
  if (port > portMax)
    throw new TypeError(`${uri}: expected a port up to ${portMax}, found ${digits}`);
  return port;
}

function cidOf(uri: string, host: string): number {
  if (host === '') return VSOCK_HOST_CID;
  const cid = Number(host);
  if (/^\d+$/.test(host) && cid <= 0xffff_ffff) return cid;
  throw new TypeError(`${uri}: expected the number of a machine, found ${host}`);
}

function authority(address: Address): string {
  switch (address.kind) {
    case 'unix':
      return '';
    case 'vsock':
      return `${address.cid}${portText(address.port)}`;
    case 'tcp': {
      const host = address.host.includes(':')
        ? `[${encode(address.host).replaceAll('%3A', ':')}]`
        : encode(address.host);
      return `${host}${portText(address.port)}`;
    }
  }
}

function portText(port: number): string {
  return port === DEFAULT_PORT ? '' : `:${port}`;
}

/** The parameters behind the question mark. As opposed to a form of a web page, a plus is a plus. */
class Query {
  readonly socket: string | undefined;
  readonly #uri: string;
  readonly #values = new Map<string, string>();

  constructor(uri: string, query: string) {
    this.#uri = uri;
    for (const pair of query.split(/[&;]/).filter((text) => text !== '')) {
      const equals = pair.indexOf('=');
      const key = decode(uri, equals < 0 ? pair : pair.slice(0, equals));
      if (this.#values.has(key)) throw new TypeError(`${uri}: parameter "${key}" is there twice`);
      this.#values.set(key, equals < 0 ? '' : decode(uri, pair.slice(equals + 1)));
    }
    this.socket = this.#take('socket');
  }

  /** All but `socket`. A key that nobody knows is a mistake, not to be passed over. */
  tls(): Partial<NbdUri> {
    const tlsType = this.#take('tls-type');
    if (tlsType !== undefined && !isTlsType(tlsType)) {
      throw new TypeError(
        `${this.#uri}: expected tls-type=${TLS_TYPES.join('|')}, found ${tlsType}`,
      );
    }
    const tlsHostname = this.#take('tls-hostname');
    const verify = this.#take('tls-verify-peer');
    const tlsCertificates = this.#take('tls-certificates');
    const tlsPskFile = this.#take('tls-psk-file');
    const experiments = [...this.#values].filter(([key]) => /^x-/i.test(key));
    const unknown = [...this.#values.keys()].find((key) => !/^x-/i.test(key));
    if (unknown !== undefined) throw new TypeError(`${this.#uri}: unknown parameter "${unknown}"`);
    return {
      ...(tlsType === undefined ? {} : { tlsType }),
      ...(tlsHostname === undefined ? {} : { tlsHostname }),
      ...(verify === undefined ? {} : { tlsVerifyPeer: this.#truth('tls-verify-peer', verify) }),
      ...(tlsCertificates === undefined ? {} : { tlsCertificates }),
      ...(tlsPskFile === undefined ? {} : { tlsPskFile }),
      ...(experiments.length === 0 ? {} : { experiments: Object.fromEntries(experiments) }),
    };
  }

  #take(key: string): string | undefined {
    const value = this.#values.get(key);
    this.#values.delete(key);
    return value;
  }

  #truth(key: string, value: string): boolean {
    if (/^(?:1|true|t|yes|y|on)$/i.test(value)) return true;
    if (/^(?:0|false|f|no|n|off)$/i.test(value)) return false;
    throw new TypeError(`${this.#uri}: expected ${key}=0 or ${key}=1, found ${value}`);
  }
}

function queryOf(uri: NbdUri): readonly (readonly [string, string])[] {
  const { address, tlsVerifyPeer } = uri;
  const pairs: readonly (readonly [string, string | undefined])[] = [
    ['socket', address.kind === 'unix' ? address.path : undefined],
    ['tls-type', uri.tlsType],
    ['tls-hostname', uri.tlsHostname],
    ['tls-verify-peer', tlsVerifyPeer === undefined ? undefined : tlsVerifyPeer ? '1' : '0'],
    ['tls-certificates', uri.tlsCertificates],
    ['tls-psk-file', uri.tlsPskFile],
    ...Object.entries(uri.experiments ?? {}),
  ];
  return pairs.flatMap(([key, value]) => (value === undefined ? [] : [[encode(key), value]]));
}

function isTlsType(text: string): text is TlsType {
  return (TLS_TYPES as readonly string[]).includes(text);
}

function checkName(uri: string, exportName: string): void {
  try {
    measureText(exportName);
  } catch (cause) {
    throw new TypeError(`${uri}: no export can have that name`, { cause });
  }
}

function decode(uri: string, text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (cause) {
    throw new TypeError(`${uri}: expected percent-encoded UTF-8, found ${text}`, { cause });
  }
}

function encode(text: string): string {
  try {
    return encodeURIComponent(text);
  } catch (cause) {
    throw new TypeError(`expected well-formed text, found ${JSON.stringify(text)}`, { cause });
  }
}

/** As `encode`, and a slash stays a slash. */
function encodePath(text: string): string {
  return encode(text).replaceAll('%2F', '/');
}
