/**
 * What the tests of codec and session, not the layers themselves, use of Node's globals. That the layers use none
 * is asserted elsewhere: by their types, by the table of layers, and in a page that has nothing of Node.
 */
import { Buffer } from 'buffer';

type Listener = (reason: unknown) => void;

const { port1, port2 } = new MessageChannel();
const tasks: (() => void)[] = [];
port1.addEventListener('message', () => tasks.shift()?.());
port1.start();

/** Behind what the event loop has to do already, as in Node. */
function setImmediate(task: () => void): void {
  tasks.push(task);
  port2.postMessage(undefined);
}

const listeners = new Map<Listener, (event: PromiseRejectionEvent) => void>();

const process = {
  env: {},
  listeners: () => [],
  removeAllListeners: () => undefined,
  on(_name: 'unhandledRejection', listener: Listener) {
    const heard = (event: PromiseRejectionEvent) => listener(event.reason);
    listeners.set(listener, heard);
    addEventListener('unhandledrejection', heard);
  },
  off(_name: 'unhandledRejection', listener: Listener) {
    const heard = listeners.get(listener);
    if (heard !== undefined) removeEventListener('unhandledrejection', heard);
  },
};

Object.assign(globalThis, { Buffer, setImmediate, process: { ...process, env: {} } });
