/** Time that moves when it is told to, and numbers that are the same in each run. */
import type { Surroundings } from '../src/index.ts';

export interface ManualSurroundings extends Surroundings {
  /** Moves the clock on, lets timers go off, and what they begin run. */
  tick(millis: number): Promise<void>;
}

export function manualSurroundings(seed = 1): ManualSurroundings {
  let now = 0;
  let state = seed;
  const timers = new Set<{ readonly due: number; readonly task: () => void }>();
  return {
    clock: {
      now: () => now,
      date: () => now,
      after(millis, task) {
        const timer = { due: now + millis, task };
        timers.add(timer);
        return () => timers.delete(timer);
      },
    },
    random() {
      state = (Math.imul(state, 0x0019_660d) + 0x3c6e_f35f) >>> 0;
      return state / 2 ** 32;
    },
    async tick(millis) {
      const end = now + millis;
      for (;;) {
        const [next] = [...timers]
          .filter(({ due }) => due <= end)
          .toSorted((one, other) => one.due - other.due);
        if (next === undefined) break;
        now = Math.max(now, next.due);
        timers.delete(next);
        next.task();
        await new Promise(setImmediate);
      }
      now = end;
      await new Promise(setImmediate);
    },
  };
}
