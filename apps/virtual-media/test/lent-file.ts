/** A file that a page in a browser lends, by the program. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { onTestFinished } from 'vitest';
import { stateOf } from './browser.ts';
import { type StartedProgram, started } from './started-program.ts';

export const CONTENT: Uint8Array = Uint8Array.from({ length: 1_000_003 }, (_, i) => i ^ (i >>> 8));

export interface Media {
  readonly program: StartedProgram;
  /** Of the page. */
  readonly url: string;
  /** Of the file that is lent, and of the Unix socket where clients find it. */
  readonly file: string;
  readonly socket: string;
}

/** Starts the program, and writes a file to be lent. */
export async function startMedia(): Promise<Media> {
  const folder = await mkdtemp(join(tmpdir(), 'virtual-media-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'disk.iso');
  await writeFile(file, CONTENT);
  const socket = join(folder, 'nbd.sock');
  const program = started(['--port', '0', '--listen', `nbd+unix:///?socket=${socket}`]);
  return { program, url: await program.next('page'), file, socket };
}

export interface LendOptions {
  /** Where the page is. Default: where the program is. */
  readonly url?: string;
  /** The choice of what becomes of changes. */
  readonly changes?: 'none' | 'memory' | 'kept';
}

export interface Lent {
  readonly page: Page;
  /** Where clients find it. */
  readonly uri: string;
}

/** Opens the page and chooses the file. */
export async function lend(
  media: Media,
  browser: Browser | BrowserContext,
  { url = media.url, changes = 'none' }: LendOptions = {},
): Promise<Lent> {
  const page = await browser.newPage();
  onTestFinished(() => page.close());
  await page.goto(url);
  await page.check(`input[value=${changes}]`);
  await page.setInputFiles('#file', media.file);
  const uri = await media.program.next('disk');
  await stateOf(page, 'disk.iso is inserted.').waitFor();
  return { page, uri };
}
