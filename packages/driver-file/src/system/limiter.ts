/**
 * A bound on how many jobs are under way.
 */
export type Limiter = <T>(job: () => Promise<T>) => Promise<T>;

/** Runs jobs in the order they come, at most `jobsMax` of them at a time. */
export function limiter(jobsMax: number): Limiter {
  const waiting: (() => void)[] = [];
  let running = 0;

  return async (job) => {
    if (running >= jobsMax) await new Promise<void>((resolve) => waiting.push(resolve));
    else running++;
    try {
      return await job();
    } finally {
      // The place goes to the next in line, if there is one, without becoming free in between.
      const next = waiting.shift();
      if (next === undefined) running--;
      else next();
    }
  };
}
