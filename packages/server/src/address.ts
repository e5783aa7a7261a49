/**
 * Addresses to listen on, as NBD URIs.
 * Spec: uri.md, "NBD URI components".
 *
 *   nbd://HOST[:PORT]                TCP; HOST is a name, an IPv4 address or an IPv6 address in brackets;
 *                                    PORT is 10809 if absent, and any free one if 0
 *   nbd+unix:///?socket=PATH         a Unix socket
 *   nbds://…  nbds+unix://…          the same, and nothing is served without TLS
 */

/** The port of NBD. */
const DEFAULT_PORT = 10_809;

export type Address = (
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string }
) & {
  /** TLS is required there. Absent: it is not. */
  readonly tls?: true;
};

/**
 * Reads an address to listen on.
 *
 * @throws TypeError saying what is wrong with it and what would be right
 */
export function parseAddress(uri: string): Address {
  const url = URL.canParse(uri) ? new URL(uri) : undefined;
  if (url === undefined || !/^nbds?(\+unix)?:\/\//.test(uri)) {
    throw new TypeError(
      `${JSON.stringify(uri)} is not an address: expected nbd://HOST:PORT or nbd+unix:///?socket=PATH`,
    );
  }
  refuseExtras(uri, url);
  const address = url.protocol.endsWith('+unix:') ? unixAddress(uri, url) : tcpAddress(uri, url);
  return url.protocol.startsWith('nbds') ? { ...address, tls: true } : address;
}

/** The URI of an export at an address; without `exportName`, of the server. */
export function formatUri(address: Address, exportName = ''): string {
  const path = encodeURIComponent(exportName).replaceAll('%2F', '/');
  const scheme = address.tls === true ? 'nbds' : 'nbd';
  if (address.kind === 'unix') {
    return `${scheme}+unix:///${path}?socket=${encodeURIComponent(address.path).replaceAll('%2F', '/')}`;
  }
  const host = address.host.includes(':') ? `[${address.host}]` : address.host;
  return `${scheme}://${host}:${address.port}${path === '' ? '' : `/${path}`}`;
}

/** What an address to listen on has no use for is a mistake, not to be passed over. */
function refuseExtras(uri: string, url: URL): void {
  if (url.username !== '' || url.password !== '') {
    throw new TypeError(`${uri}: an address to listen on has no user`);
  }
  if (url.hash !== '') throw new TypeError(`${uri}: expected the end, found ${url.hash}`);
  if (url.pathname !== '' && url.pathname !== '/') {
    throw new TypeError(`${uri}: an address to listen on names no export, found ${url.pathname}`);
  }
}

function tcpAddress(uri: string, url: URL): Address {
  parametersOf(uri, url, []);
  if (url.hostname === '') throw new TypeError(`${uri}: expected a host, such as 127.0.0.1`);
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  return { kind: 'tcp', host, port: url.port === '' ? DEFAULT_PORT : Number(url.port) };
}

function unixAddress(uri: string, url: URL): Address {
  const path = parametersOf(uri, url, ['socket']).get('socket') ?? '';
  if (url.host !== '') throw new TypeError(`${uri}: a Unix socket has no host, found ${url.host}`);
  if (path === '') throw new TypeError(`${uri}: expected socket=PATH`);
  return { kind: 'unix', path };
}

/** The parameters behind the question mark. As opposed to a form of a web page, a plus is a plus. */
function parametersOf(
  uri: string,
  url: URL,
  known: readonly string[],
): ReadonlyMap<string, string> {
  const parameters = new Map<string, string>();
  const search = new URLSearchParams(url.search.replaceAll('+', '%2B'));
  for (const [key, value] of search) {
    if (!known.includes(key)) throw new TypeError(`${uri}: unknown parameter "${key}"`);
    if (parameters.has(key)) throw new TypeError(`${uri}: parameter "${key}" is there twice`);
    parameters.set(key, value);
  }
  return parameters;
}
