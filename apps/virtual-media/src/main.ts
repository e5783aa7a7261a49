#!/usr/bin/env node
/** The program: one command for the page and for the clients. SIGINT and SIGTERM end it. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { inOneLine } from './one-line.ts';
import { pageFiles } from './page-files.ts';
import { serveMedia } from './serve-media.ts';
import { HELP, readArgs, type Settings, type Wish } from './settings.ts';

process.exitCode = await run(process.argv.slice(2));

/** Answers the exit code: 0, or 2 for arguments that cannot be, or 1 if it cannot listen. */
async function run(args: readonly string[]): Promise<number> {
  let wish: Wish;
  try {
    wish = readArgs(args);
  } catch (error) {
    complain(error);
    return 2;
  }
  try {
    switch (wish.kind) {
      case 'help':
        console.log(HELP);
        break;
      case 'version':
        console.log(packageVersion());
        break;
      case 'serve':
        await serveUntilStopped(wish.settings);
        break;
    }
    return 0;
  } catch (error) {
    complain(error);
    return 1;
  }
}

async function serveUntilStopped(settings: Settings): Promise<void> {
  const page = pageFiles(fileURLToPath(new URL('page/', import.meta.url)));
  const media = await serveMedia(settings, page, console.log);
  console.log(`page    ${media.url}`);
  await Promise.race(['SIGINT', 'SIGTERM'].map((signal) => once(process, signal)));
  await media.close();
}

function packageVersion(): string {
  const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { readonly version: string }).version;
}

function complain(error: unknown): void {
  const reason = error instanceof Error ? error.message : String(error);
  console.error(`virtual-media: ${inOneLine(reason)}`);
}
