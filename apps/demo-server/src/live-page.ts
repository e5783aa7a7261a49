/**
 * The files of the live page, which stand beside the folder of this file, in the sources and in a build.
 */
import { readFileSync } from 'node:fs';
import type { Answer } from './metrics/metrics-server.ts';

const FOLDER = new URL('../live-page/', import.meta.url);

const FILES: ReadonlyMap<string, readonly [name: string, contentType: string]> = new Map([
  ['/', ['index.html', 'text/html; charset=utf-8']],
  ['/live-page.css', ['live-page.css', 'text/css; charset=utf-8']],
  ['/live-page.js', ['live-page.js', 'text/javascript; charset=utf-8']],
]);

/** The answers for them, by path. */
export const LIVE_PAGE: ReadonlyMap<string, () => Answer> = new Map(
  Array.from(FILES, ([path, [name, contentType]]) => [
    path,
    () => ({ status: 200, contentType, body: readFileSync(new URL(name, FOLDER), 'utf8') }),
  ]),
);
