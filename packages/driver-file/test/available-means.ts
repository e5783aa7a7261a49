import { openSync } from 'node:fs';
import { chooseReads } from '../src/reads/choose-reads.ts';
import type { Environment } from '../src/system/environment.ts';
import { FileInUse } from '../src/file/file-in-use.ts';
import { FileOpenError } from '../src/file/file-open-error.ts';
import type { Means } from '../src/reads/reads.ts';

export const MEANS: readonly Means[] = ['uring', 'nowait', 'adaptive', 'async'];

/** Why a means is not to be had for the file at `path`, or `undefined` when it is. */
export function whyNot(means: Means, path: string, environment: Environment): string | undefined {
  const file = new FileInUse(openSync(path, 'r'), path);
  try {
    chooseReads(means, file, 0, environment, () => undefined);
    return undefined;
  } catch (error) {
    if (error instanceof FileOpenError) return error.message;
    throw error;
  } finally {
    void file.close();
  }
}
