/** The program, a browser that chooses a file, and a client that reads it. */
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { connect } from '@nbd/client';
import { expect, onTestFinished, test } from 'vitest';
import { isExpected, NO_BROWSER, openBrowser, stateOf } from './browser.ts';
import { CONTENT, startMedia } from './lent-file.ts';
import { started } from './started-program.ts';

test('a file that is chosen in the page is a disk, until it is ejected', async ({ skip }) => {
  skip(!isExpected, NO_BROWSER);
  const { program, url, file, socket } = await startMedia();
  const browser = await openBrowser();
  const page = await browser.newPage();
  await page.goto(url);
  await page.setInputFiles('#file', file);
  const uri = await program.next('disk');
  expect(uri).toBe(`nbd+unix:///?socket=${socket}`);
  for (let round = 0; round < 2; round++) {
    const client = await connect(uri);
    await program.next('in use');
    expect(Buffer.compare(await client.read(0, CONTENT.length), CONTENT)).toBe(0);
    await client.close();
    expect(await program.next('free')).toMatch(/^1000/);
    await program.next('disk');
  }
  await stateOf(page, 'disk.iso is inserted.').waitFor();
  await page.click('#eject');
  expect(await program.next('free')).toMatch(/^1001/);
  await stateOf(page, 'Ejected.').waitFor();
  expect(existsSync(socket)).toBe(false);

  await page.goto('about:blank');
  await page.goto(url.replace(/#.*/, '#token=wrong'));
  await page.setInputFiles('#file', file);
  expect(await program.next('refused')).toContain('1008 the token is missing or wrong');
  await stateOf(page, /token/).waitFor();

  program.child.kill('SIGTERM');
  expect(await program.ended).toBe(0);
  expect(program.errors()).toBe('');
});

test.each([
  [['--port', 'x'], '--port: expected a number of 0 to 65535, found "x"'],
  [['--listen', 'nbds://127.0.0.1:0'], '--listen: nbds://127.0.0.1:0: a bridge passes on bytes'],
])('what it is told wrong by %j it says in one line before it begins', async (args, line) => {
  const program = started(args);
  expect(await program.ended).toBe(2);
  expect(program.errors()).toMatch(/^virtual-media: [^\n]*\n$/);
  expect(program.errors()).toContain(line);
});

test('a port that cannot be had is told in one line', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void taken.close());
  await once(taken, 'listening');
  const { port } = taken.address() as AddressInfo;
  const program = started(['--port', String(port)]);
  expect(await program.ended).toBe(1);
  expect(program.errors()).toBe(
    `virtual-media: cannot listen on http://127.0.0.1:${port}/: another program does already; choose another port, or 0 for any\n`,
  );
});
