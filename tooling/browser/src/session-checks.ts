/** A session served in a page: a client at the other end of a channel in memory reads a disk. */
import { HandshakeFlag, OptionReply } from '@nbd/codec';
import { oneExport } from '@nbd/driver';
import { memoryDriver } from '@nbd/driver-memory';
import { memoryChannelPair, serveChannel } from '@nbd/session';
import { type Check, expectSame } from './check.ts';
import { PageClient } from './page-client.ts';

const CONTENT = Uint8Array.of(0, 1, 2, 3, 4, 5, 6, 7);

export const sessionChecks: readonly Check[] = [
  {
    name: 'session: serves a disk in memory over a channel in memory',
    async run() {
      const disk = memoryDriver({ size: 4096 });
      await disk.write?.(CONTENT, 0, { fua: false });
      const [clientEnd, serverEnd] = memoryChannelPair();
      const client = new PageClient(clientEnd);
      const session = serveChannel(serverEnd, {
        exports: oneExport({ driver: disk }),
        context: { peer: 'this page' },
      });
      const { handshakeFlags, replies } = await client.enters();
      expectSame(handshakeFlags & HandshakeFlag.FIXED_NEWSTYLE, HandshakeFlag.FIXED_NEWSTYLE);
      expectSame([...new Set(replies)], [OptionReply.INFO, OptionReply.ACK]);
      expectSame(await client.reads(2, 4), [2, 3, 4, 5]);
      client.leaves();
      await session.done;
    },
  },
];
