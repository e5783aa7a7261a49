/**
 * A limit for code that would never come back. It is only the last resort: work is bounded by counted steps before. For what
 * is awaited there is `watchdog.ts`.
 */
import { createContext, Script } from 'node:vm';

/** Far more than any execution takes on a machine that is busy with other things. */
const LIMIT_MILLIS = 20_000;

const script = new Script('task()');
const holder: { task: () => unknown } = { task: () => undefined };
const context = createContext(holder);

/**
 * Calls `task`; what it answers and throws comes through.
 *
 * @throws Error with the code ERR_SCRIPT_EXECUTION_TIMEOUT if it does not return. What it awaits is not limited.
 */
export function withinTimeLimit<T>(task: () => T, limitMillis: number = LIMIT_MILLIS): T {
  holder.task = task;
  return script.runInContext(context, { timeout: limitMillis }) as T;
}
