/**
 * Writes 4000 bytes to the file that is named, on the loop, off it, and off it with the file closed
 * meanwhile, and prints what came of each and how large the file is.
 */
import { openSync, statSync } from 'node:fs';
import { FileInUse } from '../src/file-in-use.ts';
import { asyncWrites, guardedWrites } from '../src/file-writes.ts';

const path = process.argv[2] ?? '';
const file = new FileInUse(openSync(path, 'r+'), path);

async function codeOf(attempt: () => Promise<void> | void): Promise<string> {
  try {
    await attempt();
    return 'done';
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  }
}

const codes = [
  await codeOf(() => guardedWrites(file, () => 0)(new Uint8Array(4000), 0)),
  await codeOf(() => asyncWrites(file)(new Uint8Array(4000), 0)),
  await codeOf(() => {
    const answer = asyncWrites(file)(new Uint8Array(4000), 0);
    void file.close();
    return answer;
  }),
];
console.log(`${codes.join(' ')} ${statSync(path).size}`);
