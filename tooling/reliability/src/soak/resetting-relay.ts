/** Stands between a client and a server for one connection, and resets both sides in the middle of what they say. */
import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net';

export class ResettingRelay {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #target: number;
  #left: number;

  private constructor(target: number, bytes: number) {
    this.#target = target;
    this.#left = bytes;
    this.#server = createServer((client) => this.#join(client));
  }

  /** Relays to that port of 127.0.0.1 until so many bytes have passed, of both directions together. */
  static async open(target: number, bytes: number): Promise<ResettingRelay> {
    const relay = new ResettingRelay(target, bytes);
    await new Promise<void>((resolve) => relay.#server.listen(0, '127.0.0.1', resolve));
    return relay;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  close(): void {
    this.#reset();
    this.#server.close();
  }

  #join(client: Socket): void {
    const server = connect(this.#target, '127.0.0.1');
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#sockets.add(from);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        to.destroy();
        this.#sockets.delete(from);
      });
      from.on('data', (bytes: Buffer) => {
        this.#left -= bytes.length;
        if (this.#left <= 0) this.#reset();
      });
      from.pipe(to);
    }
  }

  #reset(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }
}
