/**
 * What becomes of a test whose programs are not on this machine: in CI it fails, elsewhere it is skipped
 * and the reason printed.
 */
import type { TestContext } from 'vitest';
import { findProgram } from '../src/servers/child-processes.ts';

/** To be called first in a test. */
export function needPrograms({ skip }: TestContext, ...names: readonly string[]): void {
  const missing = names.filter((name) => findProgram(name) === undefined);
  if (missing.length === 0) return;
  const reason = `not on this machine: ${missing.join(', ')}`;
  if (process.env['CI'] !== undefined) throw new Error(`${reason}; in CI that is a failure`);
  skip(reason);
}
