/** C-286: what goes wrong with accepting does not end the listener. */
import { once } from 'node:events';
import { connect, createServer, Server as NetServer } from 'node:net';
import { BufferPool } from '@nbd/session';
import { exportTable } from '@nbd/driver';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { Connection } from '../src/connection.ts';
import { peerOf } from '../src/peer-name.ts';
import { SILENT } from '../src/log.ts';
import { RepeatedLines } from '../src/repeated-lines.ts';
import { acceptedSocket } from './accepted-socket.ts';
import { disconnect, read } from './client-bytes.ts';
import { HeldDisk } from './held-disk.ts';
import { allGone, READS, recordingLog, serving } from './serving.ts';
import { enter } from './socket-client.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

describe.each(READS)('reads: %s', (reads) => {
  test.each(['EMFILE', 'ENFILE', 'ECONNABORTED', 'ENOMEM'])(
    'C-286 S-33 %s while accepting is a line in the log, and the next client is served',
    async (code) => {
      const listen = vi.spyOn(NetServer.prototype, 'listen');
      const { log, lines } = recordingLog();
      const server = await serving({ reads, log });
      const listener = listen.mock.contexts[0] as NetServer;
      const err = Object.assign(new Error(`accept ${code}`), { code });
      for (let i = 0; i < 3; i++) listener.emit('error', err);
      expect(lines).toEqual(
        Array.from({ length: 3 }, () => ({
          level: 'warn',
          fields: { err },
          message: 'a connection could not be accepted',
        })),
      );
      expect(server.ready).toBe(true);
      const client = await enter(server);
      client.says(read(0, 1), disconnect());
      expect(await client.hearsReply(1)).toMatchObject({ error: 0 });
      await allGone(server, 1);
    },
  );

  test('a client that has reset before it is looked at is not taken for one on a Unix socket', async () => {
    const listener = createServer({ pauseOnConnect: true, allowHalfOpen: true });
    listener.listen(0, '127.0.0.1');
    await once(listener, 'listening');
    const { port } = listener.address() as { port: number };
    const client = connect(port, '127.0.0.1');
    const accepted = await acceptedSocket(listener, reads);
    client.resetAndDestroy();
    await once(client, 'close');
    const connection = new Connection(
      1,
      accepted,
      { peer: peerOf(accepted, 'tcp'), tls: 'off' },
      {
        exports: exportTable({ disk: new HeldDisk() }),
        limits: {},
        pool: new BufferPool(),
        metering: undefined,
        eagerLoop: undefined,
        handshakeTimeout: 0,
        log: SILENT,
        repeatedLines: new RepeatedLines(SILENT),
      },
    );
    await connection.done;
    listener.close();
    expect(connection.peer).toBe('gone');
  });
});
