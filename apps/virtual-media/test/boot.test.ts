/** A machine boots from a disc that is a file of a tab. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bootDiscLack, bootFrom, buildBootDisc } from '@nbd-tooling/guest';
import { expect, onTestFinished, test } from 'vitest';
import { isExpected, NO_BROWSER, openBrowser, stateOf } from './browser.ts';
import { started } from './started-program.ts';

const BOOT_SECONDS_MAX = 300;

test('a machine boots from a disc image that is chosen in the page, and says its line', {
  timeout: 400_000,
}, async ({ skip }) => {
  skip(!isExpected, NO_BROWSER);
  const lack = bootDiscLack();
  if (process.env['CI'] === undefined) skip(lack !== undefined, lack);
  const folder = await mkdtemp(join(tmpdir(), 'virtual-media-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const [disc, socket] = [join(folder, 'boot.iso'), join(folder, 'nbd.sock')];
  const line = `booted-from-a-tab-${randomBytes(8).toString('hex')}`;
  await buildBootDisc(disc, line);

  const program = started(['--port', '0', '--listen', `nbd+unix:///?socket=${socket}`]);
  const browser = await openBrowser();
  const page = await browser.newPage();
  await page.goto(await program.next('page'));
  await page.setInputFiles('#file', disc);
  const uri = await program.next('disk');
  await stateOf(page, 'boot.iso is inserted.').waitFor();

  const seconds = await bootFrom({ uri, line, secondsMax: BOOT_SECONDS_MAX });
  console.log(`from power on to the line: ${seconds.toFixed(1)} s`);
  await program.next('in use');
  expect(await program.next('free')).toMatch(/^\d+/);
});
