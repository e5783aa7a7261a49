/** Clients that stay and are of no use: idle ones, ones that do not read, ones that do not come to an end with their handshake. */
import type { RandomNumbers } from './random-numbers.ts';
import {
  CLIENT_FLAGS,
  Command,
  GREETING_BYTES,
  Option,
  optionHead,
  request,
} from './hostile-bytes.ts';
import { HostileClient } from './hostile-client.ts';
import { PAYLOAD_BYTES_MAX, SCRATCH_EXPORT } from './hostile-server.ts';

/** READs that a stalled client asks for and does not take, each of the largest that there may be. */
const STALLED_READS = 32;
/** How long an option says that it is whose data dribbles in: as much as a server holds. */
const DRIBBLED_BYTES = 2 ** 20;
const DRIBBLE_MILLIS = 50;

/** Have entered an export, and say nothing. Rejects if the server does not let them. */
export async function idleCrowd(port: number, count: number): Promise<readonly HostileClient[]> {
  const crowd: HostileClient[] = [];
  while (crowd.length < count) crowd.push(await enter(port));
  return crowd;
}

/** Have asked for more than they read, which is nothing; every second one has said DISC behind it. */
export async function stalledCrowd(port: number, count: number): Promise<readonly HostileClient[]> {
  const crowd: HostileClient[] = [];
  const read = request({ type: Command.READ, length: BigInt(PAYLOAD_BYTES_MAX) });
  const reads = Array.from({ length: STALLED_READS }, () => read);
  while (crowd.length < count) {
    const client = await enter(port);
    client.socket.pause();
    client.says(...reads);
    if (crowd.length % 2 === 1) client.says(request({ type: Command.DISC, length: 0n }));
    crowd.push(client);
  }
  return crowd;
}

/** Handshakes that go on byte by byte, each of which is begun anew when the server has had enough of it. */
export class DribblingCrowd {
  readonly #port: number;
  readonly #random: RandomNumbers;
  readonly #clients: HostileClient[] = [];
  readonly #timer: NodeJS.Timeout;
  #stopped = false;
  /** Handshakes that were begun. */
  begun = 0;
  /** Bytes that were dribbled. */
  bytes = 0;

  constructor(port: number, count: number, random: RandomNumbers) {
    this.#port = port;
    this.#random = random;
    for (let i = 0; i < count; i++) void this.#goOn(i);
    this.#timer = setInterval(() => this.#dribble(), DRIBBLE_MILLIS);
  }

  stop(): void {
    this.#stopped = true;
    clearInterval(this.#timer);
    for (const client of this.#clients) client.resets();
  }

  async #goOn(place: number): Promise<void> {
    while (!this.#stopped) {
      const client = await HostileClient.dial(this.#port);
      this.#clients[place] = client;
      this.begun++;
      client.says(CLIENT_FLAGS, optionHead(Option.LIST_META_CONTEXT, DRIBBLED_BYTES));
      await client.hears(GREETING_BYTES);
      await client.closed;
    }
  }

  #dribble(): void {
    for (const client of this.#clients.filter(Boolean)) {
      if (client.isClosed) continue;
      client.says(Uint8Array.of(this.#random.below(256)));
      this.bytes++;
    }
  }
}

async function enter(port: number): Promise<HostileClient> {
  const client = await HostileClient.enter(port, SCRATCH_EXPORT);
  if (client === undefined) throw new Error('the server lets a client in no more');
  return client;
}
