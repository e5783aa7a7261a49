/** When V8 collects garbage. */
import { setFlagsFromString } from 'node:v8';

/** How much a heap may grow by until all of it is collected, in percent of what is alive in it. V8 takes 10 at the least. */
const HEAP_GROWING_PERCENT = 400;

/**
 * Has V8 collect all garbage of this process less often from now on. For programs to call that have a small heap and
 * read much from a store: Node receives into new memory, 64 KiB at a time, and V8 counts that as growth of the heap. Left
 * alone, it may collect all of the heap after each 13 MiB received, where 15 MiB are alive, which takes as much processor
 * time as everything else. What is dead stays a little longer: up to 60 MiB of it, where 15 are alive.
 */
export function collectLate(): void {
  setFlagsFromString(`--heap-growing-percent=${HEAP_GROWING_PERCENT}`);
}
