/**
 * An image of 300 MiB that is chosen in a page: real clients find it identical, and while a client stalls, the tab
 * takes no more memory.
 */
import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { type BareBrowser, type BarePage, openBareBrowser } from './bare-browser.ts';
import { isExpected, NO_BROWSER } from './browser.ts';
import { started } from './started-program.ts';

const run = promisify(execFile);

const MIB = 2 ** 20;
const IMAGE_MIB = 300;

const NBDCOPY = 'nbdcopy';

/** What the pages may take more than before there was a client: much less than the image, garbage included. */
const GROWTH_MIB_MAX = 200;

function hasTool(name: string): boolean {
  return spawnSync(name, ['--version']).error === undefined;
}

/** No two MiB are the same, and none of its pages. */
async function writeImage(path: string): Promise<void> {
  const file = await open(path, 'w');
  const block = new Uint32Array(MIB / 4);
  for (let mib = 0; mib < IMAGE_MIB; mib++) {
    let state = mib + 1;
    for (let i = 0; i < block.length; i++) {
      state = Math.imul(state, 1_664_525) + 1_013_904_223;
      block[i] = state;
    }
    await file.write(block);
  }
  await file.close();
}

interface Usage {
  /** Of the processes of pages. */
  readonly memoryMib: number;
  /** Of processors, milliseconds: the pages', the rest of the browser's, and the program's. */
  readonly page: number;
  readonly browser: number;
  readonly program: number;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, each) => all + each, 0);
}

async function usageOf(browser: BareBrowser, program: number): Promise<Usage> {
  const processes = await browser.processes();
  const renderers = processes.filter(({ type }) => type === 'renderer');
  const others = processes.filter(({ type }) => type !== 'renderer');
  return {
    memoryMib: sum(renderers.map(({ id }) => residentMib(id))),
    page: 1000 * sum(renderers.map(({ cpuTime }) => cpuTime)),
    browser: 1000 * sum(others.map(({ cpuTime }) => cpuTime)),
    program: processorMillis(program),
  };
}

/** Linux counts in hundredths of a second, in user mode and in the kernel. */
function processorMillis(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/.*\) /, '').split(' ');
  return 10 * (Number(fields[11]) + Number(fields[12]));
}

function residentMib(pid: number): number {
  const [, kib = '0'] = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kib) / 1024;
}

function says(selector: string, words: string): string {
  return `(document.querySelector(${JSON.stringify(selector)})?.textContent === ${JSON.stringify(words)})`;
}

/** How much the page says that was read. */
const READ = "document.querySelector('#read').textContent";

/** Resolves when nothing was read between two looks. */
async function untilStill(page: BarePage): Promise<void> {
  const read = async () => String(await page.evaluate(READ));
  for (let before = await read(); ; ) {
    await wait(700);
    const now = await read();
    if (now === before) return;
    before = now;
  }
}

async function inserted(browser: BareBrowser) {
  const folder = await mkdtemp(join(tmpdir(), 'virtual-media-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const image = join(folder, 'image.iso');
  await writeImage(image);
  const socket = join(folder, 'nbd.sock');
  const program = started(['--port', '0', '--listen', `nbd+unix:///?socket=${socket}`]);
  const page = await browser.open(await program.next('page'));
  await page.until(says('#state', 'Nothing is inserted.'));
  await page.setFile('#file', image);
  const uri = await program.next('disk');
  await page.until(says('#state', 'image.iso is inserted.'));
  return { page, uri, image, copy: join(folder, 'copy.iso'), pid: program.child.pid ?? 0 };
}

function ended(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => {
    child.on('close', resolve);
  });
}

test('nbdcopy and qemu-img find an image of 300 MiB identical, and a client that stalls costs the tab no memory', {
  timeout: 240_000,
}, async ({ skip }) => {
  skip(!isExpected, NO_BROWSER);
  const hasTools = hasTool(NBDCOPY) && hasTool('qemu-img');
  skip(!hasTools && process.env['CI'] === undefined, 'there is no nbdcopy or no qemu-img');
  const browser = await openBareBrowser();
  const { page, uri, image, copy, pid } = await inserted(browser);
  const before = await usageOf(browser, pid);
  const nothing = String(await page.evaluate(READ));

  const begin = performance.now();
  const copying = spawn(NBDCOPY, [uri, copy], { stdio: 'ignore' });
  onTestFinished(() => void copying.kill('SIGKILL'));
  await page.until(`!${says('#read', nothing)}`);
  copying.kill('SIGSTOP');
  const stopped = performance.now();
  await untilStill(page);
  const stalling = await usageOf(browser, pid);
  expect(copying.exitCode).toBeNull();
  const resumed = performance.now();
  copying.kill('SIGCONT');
  expect(await ended(copying)).toBe(0);
  const seconds = (performance.now() - begin - (resumed - stopped)) / 1000;
  const after = await usageOf(browser, pid);
  const forEach = (of: 'page' | 'browser' | 'program'): string =>
    `${of} ${((after[of] - before[of]) / IMAGE_MIB).toFixed(1)}`;
  console.log(
    `nbdcopy: ${Math.round(IMAGE_MIB / seconds)} MiB/s while it ran; milliseconds of processors for a MiB: ` +
      `${forEach('page')}, ${forEach('browser')}, ${forEach('program')}`,
  );
  console.log(
    `memory of the tab: ${Math.round(before.memoryMib)} MiB before, ${Math.round(stalling.memoryMib)} MiB while a client ` +
      `stalls, ${Math.round(after.memoryMib)} MiB after a copy`,
  );
  for (const { memoryMib } of [stalling, after]) {
    expect(memoryMib - before.memoryMib).toBeLessThan(GROWTH_MIB_MAX);
  }
  await run('cmp', [image, copy]);
  await run('qemu-img', ['compare', '-f', 'raw', '-F', 'raw', image, uri]);
});
