import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { openInNewProcess } from './open-full-volume.ts';

it('whoever interrupts the opening in a process of its own ends that process', async () => {
  const own = process.execArgv;
  process.execArgv = ['--conditions=@nbd/source', '--import', 'tsx'];
  onTestFinished(() => {
    process.execArgv = own;
  });
  const silent = createServer((socket) => void socket.on('error', () => undefined).resume());
  onTestFinished(() => void silent.close());
  await once(silent.listen(0, '127.0.0.1'), 'listening');
  const { port } = silent.address() as AddressInfo;
  const asked = once(silent, 'connection') as Promise<[Socket]>;
  const stopping = new AbortController();
  const opening = openInNewProcess(
    {
      endpoints: [`http://127.0.0.1:${port}`],
      region: 'here',
      bucket: 'nbd',
      credentials: { accessKeyId: 'key', secretAccessKey: 'secret' },
    },
    stopping.signal,
  );
  const [socket] = await asked;
  const left = once(socket, 'close');
  stopping.abort();
  await expect(opening).rejects.toThrow('aborted');
  await left;
});
