/** The suites of codec and session run in a browser as a project of their own: none of their files is left out. */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { hasChromium } from '../src/chromium.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const VITEST = fileURLToPath(new URL('../../../node_modules/vitest/vitest.mjs', import.meta.url));

/** Starts programs of Node's, and proves nothing of an engine. */
const OF_NODE_ALONE = 'packages/codec/test/readme.test.ts';

function filesOf(...projects: readonly string[]): readonly string[] {
  const chosen = projects.map((project) => `--project=${project}`);
  const args = [VITEST, 'list', '--filesOnly', '--json', ...chosen];
  // A vitest inside of another must not take itself for one of its workers.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith('VITEST')),
  );
  const text = execFileSync(process.execPath, args, { cwd: ROOT, env, encoding: 'utf8' });
  const files = JSON.parse(text.slice(text.indexOf('['))) as readonly { readonly file: string }[];
  return files.map(({ file }) => file.slice(file.lastIndexOf('/packages/') + 1)).toSorted();
}

it('each file of tests of codec and session is run in a browser too, but for one', ({ skip }) => {
  skip(!hasChromium() && process.env['CI'] === undefined, 'skipped: there is no Chromium here');
  const inNode = filesOf('@nbd/codec', '@nbd/session');
  expect(inNode.length).toBeGreaterThan(80);
  expect(inNode).toContain(OF_NODE_ALONE);
  const inBrowser = filesOf('@nbd-tooling/browser-suites');
  expect(inBrowser).toEqual(inNode.filter((file) => file !== OF_NODE_ALONE));
});
