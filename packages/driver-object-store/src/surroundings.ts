/** What a volume needs besides its store: time and randomness. Handed in, so that a test can bring its own. */

export interface Clock {
  /** Milliseconds of a clock that only ever goes forward, from no moment in particular. */
  now(): number;
  /** Calls `task` once, `millis` milliseconds from now. Calling the answer before then prevents it. */
  after(millis: number, task: () => void): () => void;
  /** Milliseconds since 1970, for people to read: nothing is decided by it. */
  date(): number;
}

export interface Surroundings {
  readonly clock: Clock;
  /** A number from 0 to below 1. Names versions of a head, so it must differ from host to host. */
  readonly random: () => number;
}

/** The clock of the machine. Its timers keep a process alive: whoever waits for a lease to end has nothing else. */
const machineClock: Clock = {
  now: () => performance.now(),
  after(millis, task) {
    const timer = setTimeout(task, millis);
    return () => clearTimeout(timer);
  },
  date: () => Date.now(),
};

export const machine: Surroundings = {
  clock: machineClock,
  random: () => (crypto.getRandomValues(new Uint32Array(1))[0] as number) / 2 ** 32,
};

/** Sixteen hexadecimal digits that nobody else draws. */
export function drawName(random: () => number): string {
  const half = () =>
    Math.floor(random() * 2 ** 32)
      .toString(16)
      .padStart(8, '0');
  return half() + half();
}
