/** Writes 4000 bytes to the file that is named, both on the loop and off it, and prints what came of it. */
import { openSync, statSync } from 'node:fs';
import { asyncWrites, guardedWrites } from '../src/file-writes.ts';

const path = process.argv[2] ?? '';
const file = { fd: openSync(path, 'r+'), path };

async function codeOf(attempt: () => Promise<void> | void): Promise<string> {
  try {
    await attempt();
    return 'done';
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  }
}

const codes = new Set([
  await codeOf(() => guardedWrites(file, () => 0)(new Uint8Array(4000), 0)),
  await codeOf(() => asyncWrites(file)(new Uint8Array(4000), 0)),
]);
console.log(`${[...codes].join(' ')} ${statSync(path).size}`);
