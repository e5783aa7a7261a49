/** What may be said of how much a socket has. */
import { oneExport } from '@nbd/driver';
import { memoryDriver } from '@nbd/driver-memory';
import { expect, test } from 'vitest';
import { serveWebSocket } from '../src/index.ts';
import { ScriptedSocket } from './scripted-socket.ts';

test.each([1, 2 ** 50, Number.MAX_SAFE_INTEGER])(
  'of %d bytes that a socket may have, a session is served',
  async (bufferedBytesMax) => {
    const socket = new ScriptedSocket();
    const served = serveWebSocket(socket, {
      exports: oneExport({ driver: memoryDriver({ size: 512 }) }),
      context: { peer: 'a test' },
      bufferedBytesMax,
    });
    socket.closes(1000);
    await expect(served.done).resolves.toBeUndefined();
  },
);
