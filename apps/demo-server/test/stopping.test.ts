import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { SIMPLE_REPLY_BYTES } from '@nbd/codec';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type Program, start, WORKERS } from './program.ts';
import { RawClient } from './raw-client.ts';

/** More than the buffers of any pair of sockets hold. */
const READ_BYTES = 32 * 1024 * 1024;

/** A client with a READ whose reply is on its way, and which it does not take. */
async function stalledClient(program: Program): Promise<RawClient> {
  const [uri = ''] = await program.listening();
  const client = await RawClient.connect(uri);
  await client.go('');
  client.askToRead(0, READ_BYTES);
  await client.take(SIMPLE_REPLY_BYTES);
  return client;
}

describe.each(WORKERS)('workers: %s', (workers) => {
  function startPattern(...args: readonly string[]): Program {
    const listen = ['--listen', 'nbd://127.0.0.1:0'];
    return start(['--export', 'p=pattern:1G', '--workers', workers, ...listen, ...args]);
  }

  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    '%s ends an idle server with 0',
    async (signal) => {
      const program = startPattern('--log-level', 'warn');
      await program.listening();

      program.signal(signal);
      expect(await program.ended).toMatchObject({ code: 0, stderr: '' });
    },
  );

  test('E-05 what is in flight is answered before the server ends', async () => {
    const program = startPattern();
    const client = await stalledClient(program);

    program.signal('SIGTERM');
    await program.says('stopping');
    const data = await client.take(READ_BYTES);

    const end = new DataView(data.buffer, data.byteOffset, data.byteLength).getBigUint64(
      READ_BYTES - 8,
    );
    expect(end).toBe(BigInt(READ_BYTES - 8));
    expect(await program.ended).toMatchObject({ code: 0 });
  });

  test('a client that takes nothing is cut off at the deadline: 1, and one line', async () => {
    const program = startPattern('--shutdown-timeout', '0.2', '--log-level', 'warn');
    await stalledClient(program);

    program.signal('SIGTERM');
    expect(await program.ended).toMatchObject({
      code: 1,
      stderr: 'nbd-demo-server: connections cut off after 0.2 seconds of waiting: 1\n',
    });
  });

  test('a disk that does not answer is left behind: 1, and one line that says so', async () => {
    const hangs = ['--export', 'h=memory:1M | fault:flush,hang', '--shutdown-timeout', '0.2'];
    const program = startPattern(...hangs, '--log-level', 'silent');
    await program.listening();

    program.signal('SIGTERM');
    expect(await program.ended).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^nbd-demo-server: a disk did not close: .+\n$/),
    });
  });

  test('a disk that does not open is not waited for once a signal has come: 1, and one line', async () => {
    const silent = createServer((socket) => void socket.on('error', () => undefined).resume());
    onTestFinished(() => void silent.close());
    await once(silent.listen(0, '127.0.0.1'), 'listening');
    const { port } = silent.address() as AddressInfo;
    const asked = once(silent, 'connection');
    const program = start(
      [
        '--export=v=s3://bucket/volume@snapshot',
        '--workers',
        workers,
        '--listen=nbd://127.0.0.1:0',
        '--shutdown-timeout=0.2',
        '--log-level=warn',
      ],
      {
        env: {
          AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
          AWS_ACCESS_KEY_ID: 'key',
          AWS_SECRET_ACCESS_KEY: 'secret',
          AWS_REGION: 'here',
        },
      },
    );
    await asked;

    program.signal('SIGTERM');
    expect(await program.ended).toEqual({
      code: 1,
      stdout: '',
      stderr: 'nbd-demo-server: not all disks were open after 0.2 seconds of waiting\n',
    });
  });

  test('a second signal ends the server at once with 1, whatever is in flight', async () => {
    const program = startPattern();
    await stalledClient(program);

    program.signal('SIGINT');
    await program.says('stopping');
    program.signal('SIGTERM');

    const { code, stderr } = await program.ended;
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /\nnbd-demo-server: a second signal, SIGTERM: not waiting any longer\n$/,
    );
  });
});
