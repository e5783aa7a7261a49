import { availableParallelism } from 'node:os';

/** More have nothing left to gain: by then the copies of the system are what takes the time. */
const DEFAULT_MAX = 4;

/** How many workers suit this machine: one for each processor, up to four, where there are more than two; else one. */
export function defaultWorkers(): number {
  const processors = availableParallelism();
  return processors > 2 ? Math.min(processors, DEFAULT_MAX) : 1;
}
