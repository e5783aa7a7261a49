/** Programs of this folder, which run from their sources. */
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Command } from '@nbd-tooling/server-process';

const TSX = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

/** How to run the program at `url` with these arguments. */
export function typescriptProgram(url: URL, args: readonly string[]): Command {
  return [
    process.execPath,
    '--conditions=@nbd/source',
    `--import=${TSX}`,
    fileURLToPath(url),
    ...args,
  ];
}
