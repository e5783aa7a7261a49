/**
 * Where metrics are to be had: `HOST:PORT`, with an IPv6 address in brackets, or a port alone.
 */
import { isIPv4, isIPv6 } from 'node:net';

export interface MetricsAddress {
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
}

const PORT_MAX = 65_535;

/**
 * Reads such an address. Without a host it is this machine's own.
 *
 * @throws TypeError
 */
export function parseMetricsAddress(text: string): MetricsAddress {
  const { host = '127.0.0.1', v6, port = '' } = ADDRESS.exec(text)?.groups ?? {};
  const isGood = port !== '' && Number(port) <= PORT_MAX && (v6 === undefined || isIPv6(v6));
  if (!isGood) {
    throw new TypeError(
      `expected HOST:PORT, such as 127.0.0.1:9100, found ${JSON.stringify(text)}`,
    );
  }
  return { host: v6 ?? host, port: Number(port) };
}

const ADDRESS = /^(?:(?:\[(?<v6>[^\]]*)\]|(?<host>[^\s:[\]/]+)):)?(?<port>\d{1,5})$/;

/** The URL of an address. */
export function urlOf({ host, port }: MetricsAddress): string {
  return `http://${isIPv6(host) ? `[${host}]` : host}:${port}/`;
}

/** Whether only this machine can reach it. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'));
}
