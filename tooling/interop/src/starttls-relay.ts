/**
 * A relay for clients of TLS that know nothing of NBD, such as `openssl s_client`: it says what comes
 * before TLS, and from there on passes bytes on.
 */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { ClientFlag, Option, OptionReply } from '@nbd/codec';
import { onTestFinished } from 'vitest';
import { RawClient } from './raw-client.ts';
import type { ServedDisk } from './served-disk.ts';

/** Listens for the length of one test; answers its port on 127.0.0.1. */
export async function starttlsRelay(served: ServedDisk): Promise<number> {
  const server = createServer({ pauseOnConnect: true }, (client) => {
    client.on('error', () => undefined);
    void relay(client, served);
  });
  onTestFinished(() => void server.close());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function relay(client: Socket, served: ServedDisk): Promise<void> {
  const speaker = await RawClient.connect(served, 'tcp');
  await speaker.greet(ClientFlag.FIXED_NEWSTYLE);
  const answers = await speaker.option(Option.STARTTLS);
  if (answers.at(-1)?.type !== OptionReply.ACK) {
    client.destroy();
    return;
  }
  const server = speaker.socket.removeAllListeners('readable');
  client.pipe(server).pipe(client);
  server.on('close', () => client.destroy());
  client.on('close', () => server.destroy());
}
