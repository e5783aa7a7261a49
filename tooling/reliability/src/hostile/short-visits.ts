/** Clients that come by the thousand and do not stay: those that reset at some byte, and those whose lengths are lies. */
import {
  CLIENT_FLAGS,
  Command,
  extendedRequest,
  go,
  Option,
  option,
  request,
} from './hostile-bytes.ts';
import { HostileClient } from './hostile-client.ts';
import { SCRATCH_EXPORT } from './hostile-server.ts';
import type { LengthLie } from './length-lies.ts';
import type { RandomNumbers } from './random-numbers.ts';

const BLOCK = 4096n;
/** How long a client whose length is a lie waits for what comes of it. */
const PATIENCE_MILLIS = 20;

/** Conversations that are right until they break off. */
const CONVERSATIONS: readonly Buffer[] = [
  Buffer.concat([
    CLIENT_FLAGS,
    go(SCRATCH_EXPORT),
    request({ type: Command.WRITE, length: BLOCK }),
    Buffer.alloc(Number(BLOCK)),
    request({ type: Command.READ, length: BLOCK }),
    request({ type: Command.WRITE, length: 16n * BLOCK }),
    Buffer.alloc(16 * Number(BLOCK)),
    request({ type: Command.DISC, length: 0n }),
  ]),
  Buffer.concat([
    CLIENT_FLAGS,
    option(Option.LIST),
    option(Option.EXTENDED_HEADERS),
    go(SCRATCH_EXPORT),
    ...Array.from({ length: 8 }, () =>
      extendedRequest({ type: Command.READ, length: 64n * BLOCK }),
    ),
  ]),
];

/** Connects, says a conversation as far as a byte that is drawn, and resets. Twenty at a time. */
export async function resetStorm(
  port: number,
  count: number,
  random: RandomNumbers,
): Promise<void> {
  let left = count;
  const visit = async (): Promise<void> => {
    while (left-- > 0) {
      const whole = CONVERSATIONS[random.below(CONVERSATIONS.length)] as Buffer;
      // Every other one breaks off in the handshake, which is short.
      const end = random.below(random.below(2) === 0 ? 100 : whole.length);
      const client = await HostileClient.dial(port);
      await new Promise<void>((resolve) => {
        client.socket.write(whole.subarray(0, end), () => resolve());
      });
      client.resets();
      await client.closed;
    }
  };
  await Promise.all(Array.from({ length: 20 }, visit));
}

/** Tells each lie once, and waits a moment for what comes of it. */
export async function tellLies(port: number, lies: readonly LengthLie[]): Promise<void> {
  for (const { bytes } of lies) {
    const client = await HostileClient.dial(port);
    client.says(bytes);
    const timer = setTimeout(() => client.resets(), PATIENCE_MILLIS);
    await client.closed;
    clearTimeout(timer);
  }
}
