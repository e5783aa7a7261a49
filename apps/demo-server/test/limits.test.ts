/** Limits of the command line and of the configuration file, in one thread and in several. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { finish, start } from './program.ts';
import { RawClient } from './raw-client.ts';
import { temporaryFolder } from './temporary-folder.ts';

const LISTEN = ['--listen', 'nbd://127.0.0.1:0', '--log-level', 'warn'];

test.each([1, 2])(
  'limits are kept by %i threads, those of the command line before those of the file',
  async (workers) => {
    const config = join(temporaryFolder(), 'nbd.json');
    const limits = { connectionsPerAddressMax: 9, stallTimeout: 0.2 };
    writeFileSync(config, JSON.stringify({ limits }));
    const program = start([
      ...LISTEN,
      `--config=${config}`,
      `--workers=${workers}`,
      '--limit=connectionsPerAddressMax=2',
    ]);
    const [uri = ''] = await program.listening();
    const client = await RawClient.connect(uri);
    await client.go('demo');
    const stalled = await RawClient.connect(uri);
    await stalled.go('demo');
    await expect(RawClient.connect(uri)).rejects.toThrow('the server left');

    stalled.beginWrite(0, 4096);
    await expect(stalled.take(1)).rejects.toThrow('the server left');
    client.askToRead(0, 512);
    await client.take(16 + 512);
    program.signal('SIGTERM');
    expect(await program.ended).toMatchObject({ code: 0 });
  },
);

test('a limit that is out of its bounds is wrong usage', async () => {
  expect(await finish([...LISTEN, '--limit', 'payloadBytesMax=1K'])).toMatchObject({
    code: 2,
    stderr:
      'nbd-demo-server: --limit payloadBytesMax: expected bytes or a size such as 64K of at least 4096, found "1K"\n',
  });
});
