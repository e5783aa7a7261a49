/** What the buffers of this process take that somebody still has. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Bytes. Garbage, also of other test files in the process, is collected first: a difference says what came since. */
export function buffersInUse(): number {
  collect();
  return process.memoryUsage().arrayBuffers;
}
