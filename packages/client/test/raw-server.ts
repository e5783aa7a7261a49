/** A server of one connection that a test plays itself, byte by byte, from the handshake on or behind it. */
import { createServer, type Socket } from 'node:net';
import {
  decodeOptionHeader,
  decodeRequest,
  encodeGreeting,
  encodeSimpleReply,
  HandshakeFlag,
  Option,
  OptionReply,
  type Request,
  TransmissionFlag,
} from '@nbd/codec';
import { onTestFinished } from 'vitest';
import { message, optionReply, reader, type Take, viewOf } from './scripted-server.ts';

export interface Peer {
  readonly socket: Socket;
  readonly take: Take;
}

/** Answers the URI of a server that plays `play` with the first client that connects. */
export async function rawServer(play: (peer: Peer) => Promise<void>): Promise<string> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => undefined);
    onTestFinished(() => void socket.destroy());
    play({ socket, take: reader(socket) }).catch(() => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  return typeof address === 'object' ? `nbd://127.0.0.1:${address?.port}/` : '';
}

/** Says hello, and hears the answer. */
export async function greet({ socket, take }: Peer, handshakeFlags: number): Promise<void> {
  socket.write(message(18, (view) => encodeGreeting(view, 0, { handshakeFlags })));
  await take(4);
}

/** The number of the next option, whose data is read past. */
export async function nextOption({ take }: Peer): Promise<number> {
  const { option, length } = decodeOptionHeader(viewOf(await take(16)), 0, {
    option: 0,
    length: 0,
  });
  await take(length);
  return option;
}

/** The whole handshake of a server that has GO and simple replies, and a writable export of `size` bytes. */
export async function letIn(peer: Peer, size: number): Promise<void> {
  await greet(peer, HandshakeFlag.FIXED_NEWSTYLE | HandshakeFlag.NO_ZEROES);
  for (;;) {
    const option = await nextOption(peer);
    if (option === Option.GO) break;
    peer.socket.write(optionReply(option, OptionReply.ERR_UNSUP));
  }
  const transmissionFlags = TransmissionFlag.HAS_FLAGS;
  peer.socket.write(
    optionReply(Option.GO, OptionReply.INFO, { kind: 'export', size, transmissionFlags }),
  );
  peer.socket.write(optionReply(Option.GO, OptionReply.ACK));
}

/** The next request, without its payload. */
export async function nextRequest({ take }: Peer): Promise<Request> {
  const head = { flags: 0, type: 0, cookieHigh: 0, cookieLow: 0, offset: 0, length: 0 };
  return decodeRequest(viewOf(await take(28)), 0, head);
}

/** Answers that all is well, with the data of a READ. */
export function answer({ socket }: Peer, { cookieHigh, cookieLow }: Request, data = 0): void {
  const reply = { error: 0, cookieHigh, cookieLow };
  socket.write(message(16, (view) => encodeSimpleReply(view, 0, reply)));
  if (data > 0) socket.write(new Uint8Array(data));
}
