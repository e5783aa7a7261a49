/** How long a server waits for clients that it has ended. */
import { Socket } from 'node:net';
import { vi } from 'vitest';

/**
 * Makes the five seconds that a server waits for a client to close into so many milliseconds, by
 * whatever timer.
 * To be undone with `vi.restoreAllMocks`.
 */
export function shortenPatience(patience = 50): void {
  vi.spyOn(Socket.prototype, 'setTimeout').mockImplementationOnce(function sooner(
    this: Socket,
    _millis,
    callback,
  ) {
    return this.setTimeout(patience, callback);
  });
  const { setTimeout } = globalThis;
  vi.spyOn(globalThis, 'setTimeout').mockImplementation((task: () => void, millis?: number) =>
    setTimeout(task, millis === 5000 ? patience : millis),
  );
}
