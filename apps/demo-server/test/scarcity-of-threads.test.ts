/** What is scarce for all threads together is told once. */
import { expect, test } from 'vitest';
import { start } from './program.ts';
import { RawClient } from './raw-client.ts';

test.runIf(process.platform === 'linux')(
  'S-33 of several workers one alone warns that descriptors run out',
  async () => {
    const program = start(
      ['--workers', '2', '--listen=nbd://127.0.0.1:0', '--max-connections=500', '--log-level=warn'],
      { first: 'ulimit -n 150' },
    );
    const [uri = ''] = await program.listening();
    const clients: RawClient[] = [];
    const turnedAway: unknown[] = [];
    while (turnedAway.length === 0) {
      await RawClient.connect(uri).then(
        (client) => clients.push(client),
        (error: unknown) => turnedAway.push(error),
      );
    }
    await program.says('descriptors run out');
    expect(clients.length).toBeGreaterThan(16);
    for (const client of clients) client.handOver().destroy();
    program.signal('SIGTERM');
    const { code, stderr } = await program.ended;
    expect(code).toBe(0);
    expect(stderr.match(/descriptors run out/g)).toHaveLength(1);
    expect(stderr.match(/fewer connections than maxConnections/g)).toHaveLength(1);
  },
);
