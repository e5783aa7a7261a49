/** The same server, in the words of clients that speak TLS. */
import type { ServedDisk, Transport } from './served-disk.ts';

/** The name in the certificates of our servers, by which clients must call them. */
export const SERVER_NAME = 'localhost';

/** The URI of an export under TLS, with what libnbd is to know: `tls-certificates`, `tls-psk-file`. */
export function secureUri(
  served: ServedDisk,
  transport: Transport,
  parameters: Readonly<Record<string, string>>,
  user?: string,
): string {
  const url = new URL(served.uri(transport, 'disk'));
  const query = new URLSearchParams({ ...Object.fromEntries(url.searchParams), ...parameters });
  const login = user === undefined ? '' : `${user}@`;
  return transport === 'tcp'
    ? `nbds://${login}${SERVER_NAME}:${url.port}/disk?${decodeURIComponent(query.toString())}`
    : `nbds+unix://${login}/disk?${decodeURIComponent(query.toString())}`;
}

/** The arguments of a tool of qemu for an export under TLS; `credentials` describe an object without its id. */
export function qemuArguments(
  served: ServedDisk,
  transport: Transport,
  credentials: string,
): readonly string[] {
  const address = served.address(transport);
  const where =
    'path' in address
      ? `path=${address.path},tls-hostname=${SERVER_NAME}`
      : `host=${SERVER_NAME},port=${address.port}`;
  return [
    '--object',
    `${credentials},id=tls,endpoint=client`,
    '--image-opts',
    `driver=nbd,${where},export=disk,tls-creds=tls`,
  ];
}
