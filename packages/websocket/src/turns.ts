/** How a channel waits: the event loop, or a test's own. */

export interface Turns {
  /** Runs `task` soon, after what is at hand: not in a microtask, so that others have their turn. */
  soon(task: () => void): void;
  /** Runs `task` after so many milliseconds, unless the function that it answers is called before. */
  after(millis: number, task: () => void): () => void;
  /** Gives back what it holds. What was to run soon, and what comes later, runs in a microtask. */
  close(): void;
}

/**
 * The turns of the event loop. `soon` goes by a message to itself: a page's timers may take 4 ms, and a
 * second in a tab that nobody looks at.
 */
export function eventLoopTurns(): Turns {
  const { port1, port2 } = new MessageChannel();
  const tasks: (() => void)[] = [];
  port1.addEventListener('message', () => tasks.shift()?.());
  port1.start();
  let isClosed = false;
  return {
    soon(task) {
      if (isClosed) {
        queueMicrotask(task);
        return;
      }
      tasks.push(task);
      port2.postMessage(undefined);
    },
    after(millis, task) {
      const timer = setTimeout(task, millis);
      return () => clearTimeout(timer);
    },
    close() {
      isClosed = true;
      port1.close();
      for (const task of tasks.splice(0)) queueMicrotask(task);
    },
  };
}
