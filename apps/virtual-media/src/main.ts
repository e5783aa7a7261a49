#!/usr/bin/env node
/** The program: one command for the page and for the clients. SIGINT and SIGTERM end it. */
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { pageFiles } from './page-files.ts';
import { serveMedia } from './serve-media.ts';
import { HELP, readSettings } from './settings.ts';

try {
  const settings = readSettings(process.argv.slice(2));
  if (settings === undefined) console.log(HELP);
  else {
    const page = pageFiles(fileURLToPath(new URL('page/', import.meta.url)));
    const media = await serveMedia(settings, page, console.log);
    console.log(`page    ${media.url}`);
    await Promise.race(['SIGINT', 'SIGTERM'].map((signal) => once(process, signal)));
    await media.close();
  }
} catch (error) {
  console.error(`virtual-media: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
