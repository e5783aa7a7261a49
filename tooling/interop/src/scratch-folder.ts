/** Folders for the files of one test. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A new empty folder, removed with all that is in it when the test that asks for it has finished. */
export async function scratchFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'nbd-interop-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
