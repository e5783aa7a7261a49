import { TLSSocket } from 'node:tls';
import { expect, test } from 'vitest';
import { read } from './client-bytes.ts';
import { serving } from './serving.ts';
import { enter } from './socket-client.ts';

const way = process.env['NBD_WAY'] ?? 'tcp';

test(`clients of this suite reach their servers by ${way}`, async () => {
  const client = await enter(await serving());
  client.says(read(0, 512, 1));
  expect(await client.hearsReply(512)).toMatchObject({ error: 0, cookie: 1 });
  const hasAddress = client.socket.remoteAddress !== undefined;
  const isSecret = client.socket instanceof TLSSocket;
  expect({ hasAddress, isSecret }).toEqual({ hasAddress: way !== 'unix', isSecret: way === 'tls' });
});
