/** A worker serves and the page is its client. Only a browser has such workers. */
import { MessagePortChannel } from '@nbd/websocket';
import { type Check, expectSame } from './check.ts';
import { PageClient } from './page-client.ts';

const BYTES = Uint8Array.from({ length: 100_000 }, (_, i) => i % 251);

export const workerChecks: readonly Check[] = [
  {
    name: 'websocket, driver-blob: a worker serves a blob by a port, with an overlay in a file of the origin',
    async run() {
      const worker = new Worker('/worker.js', { type: 'module' });
      const failed = new Promise<never>((_resolve, reject) => {
        worker.addEventListener('error', ({ message }) => reject(new Error(message)));
      });
      const closed = new Promise((resolve) => {
        worker.addEventListener('message', resolve);
      });
      const { port1, port2 } = new MessageChannel();
      worker.postMessage({ port: port2, blob: new Blob([BYTES]) }, [port2]);
      await Promise.race([failed, talk(new PageClient(new MessagePortChannel(port1)))]);
      await Promise.race([failed, closed]);
      worker.terminate();
      const folder = await navigator.storage.getDirectory();
      const file = await (await folder.getFileHandle('overlay')).getFile();
      expectSame([...new Uint8Array(await file.slice(5000).arrayBuffer())], [1, 2, 3]);
    },
  },
];

async function talk(client: PageClient): Promise<void> {
  await client.enters();
  await client.writes([1, 2, 3], 5000);
  expectSame(await client.reads(4999, 5), [4999 % 251, 1, 2, 3, 5003 % 251]);
  expectSame(await client.reads(0, BYTES.length - 5003), [
    ...BYTES.subarray(0, 5000),
    1,
    2,
    3,
    ...BYTES.subarray(5003, BYTES.length - 5003),
  ]);
  client.leaves();
}
