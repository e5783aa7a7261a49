/**
 * Takes the pictures of the README: `pnpm --filter virtual-media screenshots`, after a build. A client reads and writes
 * meanwhile, so that there is something to be seen.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { connect } from '@nbd/client';
import { launchBrowser } from './browser.ts';

const PROGRAM = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const FOLDER = fileURLToPath(new URL('../screenshots/', import.meta.url));
const FILE_BYTES = 96 * 2 ** 20;

const VIEWS = [
  { name: 'desktop', width: 900, height: 720 },
  { name: 'phone', width: 390, height: 780 },
] as const;

const folder = await mkdtemp(join(tmpdir(), 'screenshots-'));
const file = join(folder, 'installer.iso');
await writeFile(file, new Uint8Array(FILE_BYTES));
const uri = `nbd+unix:///?socket=${join(folder, 'nbd.sock')}`;
const program = spawn(process.execPath, [PROGRAM, '--port', '0', '--listen', uri]);
const browser = await launchBrowser();
try {
  const lines = createInterface(program.stdout)[Symbol.asyncIterator]();
  const url = String((await lines.next()).value).replace(/^page +/, '');
  const page = await browser.newPage();
  await page.goto(url);
  await page.check('input[value=memory]');
  await page.setInputFiles('#file', file);
  await lines.next(); // the disk is there
  await page.locator('#state', { hasText: 'is inserted' }).waitFor();
  const client = await connect(uri);
  for (let at = 0; at < FILE_BYTES / 2; at += 2 ** 20) await client.read(at, 2 ** 20);
  for (let i = 1; i < 24; i++) await client.write(new Uint8Array(2 ** 18), i * i * 2 ** 17);
  await page.locator('#written', { hasText: '5.8 MiB' }).waitFor();
  for (const { name, width, height } of VIEWS) {
    await page.setViewportSize({ width, height });
    await page.screenshot({ path: join(FOLDER, `${name}.png`) });
  }
  await client.close();
} finally {
  await browser.close();
  program.kill();
  await rm(folder, { recursive: true });
}
