/** The same exports, in a thread whose listening sockets have no descriptors, as it is on Windows. */
import { createServer } from 'node:net';

export { openExports } from './exports.ts';

const probe = createServer();
await new Promise<void>((resolve) => {
  probe.listen(0, '127.0.0.1', resolve);
});
const { _handle: handle } = probe as unknown as { readonly _handle: object };
Object.defineProperty(Object.getPrototypeOf(handle), 'fd', { get: () => -1 });
await new Promise((resolve) => {
  probe.close(resolve);
});
