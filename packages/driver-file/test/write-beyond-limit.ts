/**
 * Writes 4000 bytes to the file that is named, on the loop by Node and by a system call of our own, off it, and off
 * it with the file closed meanwhile, and prints what came of each and how large the file is.
 */
import { openSync, statSync } from 'node:fs';
import { loadEnvironment } from '../src/system/environment.ts';
import { FileInUse } from '../src/file/file-in-use.ts';
import { asyncWrites, guardedWrites } from '../src/writes/file-writes.ts';
import { writesNow } from '../src/writes/writes-now.ts';

const path = process.argv[2] ?? '';
const file = new FileInUse(openSync(path, 'r+'), path);

const source = new Uint8Array(4000);
const { systemCalls } = await loadEnvironment();

function onLoop(calls: typeof systemCalls) {
  return guardedWrites(file, writesNow(file, calls), () => 0);
}

async function codeOf(attempt: () => Promise<void> | undefined): Promise<string> {
  try {
    await attempt();
    return 'done';
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  }
}

const codes = [
  await codeOf(() => onLoop(undefined).write(source, 0)),
  await codeOf(() => onLoop(systemCalls).write(source, 0)),
  await codeOf(() => asyncWrites(file).write(source, 0)),
  await codeOf(() => {
    const answer = asyncWrites(file).write(source, 0);
    void file.close();
    return answer;
  }),
];
console.log(`${codes.join(' ')} ${statSync(path).size}`);
