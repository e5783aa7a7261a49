/** A relay in front of a server that keeps every byte of both directions. */
import { createServer, connect as dial, type AddressInfo, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

export interface RecordingRelay {
  readonly uri: string;
  /** What was said so far, in hexadecimal. */
  readonly clientSaid: () => string;
  readonly serverSaid: () => string;
}

/** Relays to the server at `uri`, of the form `nbd://host:port/name`, until the test has finished. */
export async function recordingRelay(uri: string): Promise<RecordingRelay> {
  const { hostname, port, pathname } = new URL(uri);
  const fromClient: Buffer[] = [];
  const fromServer: Buffer[] = [];
  const sockets: Socket[] = [];
  const relay = createServer((client) => {
    const server = dial(Number(port), hostname);
    sockets.push(client, server);
    client.on('data', (bytes) => fromClient.push(bytes)).pipe(server);
    server.on('data', (bytes) => fromServer.push(bytes)).pipe(client);
    for (const socket of [client, server]) socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => {
    relay.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    relay.close();
  });
  return {
    uri: `nbd://127.0.0.1:${(relay.address() as AddressInfo).port}${pathname}`,
    clientSaid: () => Buffer.concat(fromClient).toString('hex'),
    serverSaid: () => Buffer.concat(fromServer).toString('hex'),
  };
}
