/** Machines that have little of something, which the operator is told in a line. */
import { expect, test } from 'vitest';
import { finish, start } from './program.ts';
import { RawClient } from './raw-client.ts';

const ON_LINUX = process.platform === 'linux';

test.runIf(ON_LINUX)(
  'S-33 C-286 before descriptors run out there is a warning, and when clients have left there is room again',
  async () => {
    const program = start(
      ['--workers', '1', '--listen=nbd://127.0.0.1:0', '--max-connections=500', '--log-level=warn'],
      { first: 'ulimit -n 100' },
    );
    const [uri = ''] = await program.listening();
    await program.says('fewer connections than maxConnections are possible');
    const clients: RawClient[] = [];
    const turnedAway: unknown[] = [];
    while (turnedAway.length === 0) {
      await RawClient.connect(uri).then(
        (client) => clients.push(client),
        (error: unknown) => turnedAway.push(error),
      );
    }
    await program.says('descriptors run out');
    expect(program.stderr.match(/descriptors run out/g)).toHaveLength(1);
    expect(clients.length).toBeGreaterThan(16);

    for (const client of clients) client.handOver().destroy();
    // There is room once the server has heard of that.
    let client: RawClient | undefined;
    while (client === undefined) {
      client = await RawClient.connect(uri).catch(() => undefined);
    }
    await client.go('demo');
    program.signal('SIGTERM');
    expect(await program.ended).toMatchObject({ code: 0 });
  },
);

test.runIf(ON_LINUX)(
  'a disk in the memory of several threads for which there is no address space is a line that names it',
  async () => {
    const { code, stderr } = await finish(
      ['--listen=nbd://127.0.0.1:0', '--workers', '2', '--export=big=memory:1T'],
      { first: 'ulimit -v 50000000' },
    );
    expect(stderr).toBe(
      'nbd-demo-server: export "big" cannot be opened: shared memory disk: cannot reserve 1073741824 bytes of address space\n',
    );
    expect(code).toBe(1);
  },
);
