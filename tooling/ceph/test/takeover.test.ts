import { randomUUID } from 'node:crypto';
import { type Client, connect } from '@nbd/client';
import { expect, it, onTestFinished } from 'vitest';
import { needGateway } from '../src/need-gateway.ts';
import { runNbd, startVolumeServer, type VolumeServer } from '../src/programs.ts';
import { StampedLoad } from '../src/stamped-load.ts';

const TAKEOVERS = 2;
const BLOCKS = 64;

const access = needGateway();

/** Writes until the server has failed it. Answers how. */
async function writeUntilRefused(load: StampedLoad, client: Client): Promise<unknown> {
  for (;;) {
    try {
      await load.round(client);
    } catch (error) {
      return error;
    }
  }
}

async function serve(volume: string): Promise<VolumeServer> {
  const server = await startVolumeServer(access(), { disk: volume });
  onTestFinished(async () => {
    await server.end('SIGKILL');
  });
  return server;
}

it('a frozen server that was deposed loses nothing that it has answered, and answers no write again', async () => {
  const volume = `s3://${access().bucket}/${randomUUID()}/disk`;
  const load = new StampedLoad(BLOCKS, 7);
  await runNbd(access(), 'volume', 'create', '--size', String(load.size), volume);
  let server = await serve(volume);
  for (let takeover = 0; takeover < TAKEOVERS; takeover++) {
    const client = await connect(server.uri('disk'));
    for (let round = 0; round < 5; round++) await load.round(client);
    const refused = writeUntilRefused(load, client);
    server.freeze('SIGSTOP');
    await runNbd(access(), 'volume', 'takeover', volume);
    const next = await serve(volume);
    const answered = load.rounds;
    server.freeze('SIGCONT');
    expect(await refused).toMatchObject({ name: 'NbdError' });
    expect(load.rounds).toBe(answered);

    expect(server.log()).toMatch(/taken over|another host/i);
    const reader = await connect(next.uri('disk'));
    expect(await load.faults(reader)).toEqual([]);
    await reader.close();
    await server.end('SIGKILL');
    server = next;
  }
});
