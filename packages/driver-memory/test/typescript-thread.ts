/** Threads from TypeScript. */
import { Worker } from 'node:worker_threads';

/** Lets a thread import TypeScript; `--import tsx` does so in main threads only. */
const REGISTER = `data:text/javascript,import { register } from '${import.meta.resolve('tsx/esm/api')}'; register();`;

/** Starts a thread from a file of this folder. */
export function startThread(name: string, workerData: unknown): Worker {
  return new Worker(new URL(name, import.meta.url), {
    workerData,
    execArgv: ['--conditions=@nbd/source', '--import', REGISTER],
  });
}
