/** How long a server waits for clients that it has ended. */
import { vi } from 'vitest';

/** How often a process that has nothing else to do looks, milliseconds. */
const TICK = 5;

/**
 * Makes the five seconds that a server waits for a client to take more into so many milliseconds. These are counted in ticks:
 * a machine that is busy with other things for a while takes one of them from the server's patience, and not all.
 * To be undone with `vi.restoreAllMocks`.
 */
export function shortenPatience(patience = 50): void {
  const { setTimeout } = globalThis;
  vi.spyOn(globalThis, 'setTimeout').mockImplementation((task: () => void, millis?: number) =>
    millis === 5000 ? afterTicks(patience / TICK, task) : setTimeout(task, millis),
  );
}

/** `clearTimeout` ends it too. */
function afterTicks(ticks: number, task: () => void): NodeJS.Timeout {
  let left = ticks;
  const timer = setInterval(() => {
    left--;
    if (left > 0) return;
    clearInterval(timer);
    task();
  }, TICK);
  return timer;
}
