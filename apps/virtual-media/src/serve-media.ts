/** The page and the bridge on one HTTP server. */
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { openBridge, refuse, sameToken } from '@nbd/bridge';
import { whyNoPort } from '@nbd/server';
import { CloseCode } from '@nbd/websocket';
import { inOneLine } from './one-line.ts';
import type { Settings } from './settings.ts';

export interface ServedMedia {
  /** Of the page, with the token behind the hash. */
  readonly url: string;
  close(): Promise<void>;
}

/** Begins, and tells what happens by `print`, a line at a time. Rejects with an `Error` in one line if it cannot listen. */
export async function serveMedia(
  { host, port, listen, token }: Settings,
  page: RequestListener,
  print: (line: string) => void,
): Promise<ServedMedia> {
  const tell = (line: string): void => print(inOneLine(line));
  const http = createServer(page);
  const bridge = await openBridge({
    http,
    admit: (visitor) =>
      sameToken(visitor.token, token)
        ? { listen }
        : refuse(CloseCode.POLICY, 'the token is missing or wrong'),
  });
  bridge.on('arrived', ({ uri }) => tell(`disk    ${uri}`));
  bridge.on('connected', () => tell('in use'));
  bridge.on('left', (_, code, reason) => tell(`free    ${code} ${reason}`.trimEnd()));
  bridge.on('refused', ({ address }, code, reason) => tell(`refused ${address} ${code} ${reason}`));
  bridge.on('failed', (error) => tell(`failed  ${String(error)}`));
  const name = host.includes(':') ? `[${host}]` : host;
  try {
    http.listen(port, host);
    await once(http, 'listening');
  } catch (error) {
    await bridge.close();
    const reason = whyNoPort(error as NodeJS.ErrnoException);
    throw new Error(`cannot listen on http://${name}:${port}/: ${reason}`, { cause: error });
  }
  const bound = http.address() as AddressInfo;
  return {
    url: `http://${name}:${bound.port}/#token=${encodeURIComponent(token)}`,
    async close() {
      await bridge.close();
      http.close();
      http.closeAllConnections();
    },
  };
}
