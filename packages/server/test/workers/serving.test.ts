/** Connections that are spread over worker threads. */
import { join } from 'node:path';
import { Command, ErrorCode } from '@nbd/codec';
import { describe, expect, test } from 'vitest';
import { content, read, request, write } from '../client-bytes.ts';
import { recordingLog, temporaryFolder } from '../serving.ts';
import { dial, enter, firstAddress } from '../socket-client.ts';
import { connectionsOpen, oneOfEach, servingWorkers } from './serving-workers.ts';

const { EINVAL, OK } = ErrorCode;

describe.each(['tcp', 'unix'])('over %s', (transport) => {
  const listen = (): string =>
    transport === 'tcp'
      ? 'nbd://127.0.0.1:0'
      : `nbd+unix:///?socket=${join(temporaryFolder(), 'nbd.sock')}`;

  test('what a client of one worker has written or resized, a client of another sees', async () => {
    const { server } = await servingWorkers({ listen: listen(), exportName: 'disk' });
    expect(server.workers).toBe(2);
    expect(server.uris[0]).toMatch(/^nbd(\+unix)?:\/\/.*\/disk/);
    const [one, other] = await oneOfEach(server);
    const before = await server.counters();
    one.says(write(4000, content(70_000, 1)));
    expect(await one.hearsReply()).toMatchObject({ error: OK });
    other.says(read(4000, 70_000));
    expect((await other.hearsReply(70_000)).data).toEqual(content(70_000, 1));
    const { bytesRead, bytesWritten } = await server.counters();
    expect(bytesWritten - before.bytesWritten).toBe(70_000);
    expect(bytesRead - before.bytesRead).toBe(70_000);

    other.says(request({ type: Command.RESIZE, offset: 8193 }));
    expect(await other.hearsReply()).toMatchObject({ error: OK });
    one.says(read(8192, 1), read(8193, 1));
    expect(await one.hearsReply(1)).toMatchObject({ error: OK });
    expect(await one.hearsReply(1)).toMatchObject({ error: EINVAL });
  });

  test('C-029 connections are counted and numbered over all workers', async () => {
    const { log, lines } = recordingLog();
    const { server } = await servingWorkers({ listen: listen(), maxConnections: 3, log });
    const clients = [await enter(server), await enter(server), await enter(server)];
    for (let i = 0; i < 4; i++) {
      const late = await dial(firstAddress(server));
      expect(await late.hearsRest()).toHaveLength(0);
    }
    clients[0]?.leaves();
    await connectionsOpen(server, 2);
    await enter(server);
    expect((await server.counters()).connections).toEqual({ open: 3, total: 4, refused: 4 });

    await server.close();
    const opened = lines.filter(({ message }) => message === 'exports are open');
    expect(opened.map(({ fields }) => fields)).toEqual([{ index: 0 }, { index: 1 }]);
    const came = lines.filter(({ message }) => message === 'client connected');
    const ids = came.map(({ fields }) => (fields as { connection: number }).connection);
    expect(ids.toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4]);
  });
});
