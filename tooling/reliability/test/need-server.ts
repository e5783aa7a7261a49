/** Servers for tests, where the machine has them. */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { TestContext } from 'vitest';
import type { ServerKind } from '../src/servers/server-table.ts';

/** Skips the test where the program is not on this machine; in CI that is a failure. */
export function needServer({ needs }: ServerKind, { skip }: TestContext): void {
  if (needs === undefined || isOnPath(needs)) return;
  const reason = `not on this machine: ${needs}`;
  if (process.env['CI'] !== undefined) throw new Error(`${reason}; in CI that is a failure`);
  skip(reason);
}

function isOnPath(program: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
