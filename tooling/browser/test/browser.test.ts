/** The layers that promise to run in any engine, in the engine of a browser. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, it } from 'vitest';
import { bundle } from '../src/bundle.ts';
import { runChecks, type Verdict } from '../src/check.ts';
import { bodyOfPage, hasChromium } from '../src/chromium.ts';
import { pageChecks } from '../src/page-checks.ts';
import type { Vector } from '../src/vector-checks.ts';

const NO_BROWSER = 'skipped: there is no Chromium on this machine, and this is not CI';
const VECTORS = new URL('../../../packages/codec/test/vectors/', import.meta.url);

const vectors = readdirSync(VECTORS).flatMap((file) => {
  const text = readFileSync(new URL(file, VECTORS), 'utf8');
  return (JSON.parse(text) as { readonly vectors: readonly Vector[] }).vectors;
});
const names = pageChecks(vectors).map(({ name }) => name);
const isExpected = hasChromium() || process.env['CI'] !== undefined;

function allHold(of: readonly string[]): readonly Verdict[] {
  return of.map((name) => ({ name }));
}

it('there are golden vectors to check', () => {
  expect(vectors.length).toBeGreaterThan(30);
});

it('a check that does not hold has a fault', async () => {
  const sound = vectors[0] as Vector;
  const broken = { ...sound, hex: sound.hex.replace(/.$/, 'f') };
  const verdicts = await runChecks(pageChecks([broken]));
  const faulty = verdicts.filter(({ fault }) => fault !== undefined).map(({ name }) => name);
  expect(faulty).toEqual([
    'page: there is nothing of Node here',
    `codec: reads ${sound.meaning}`,
    `codec: writes ${sound.meaning}`,
  ]);
});

if (!isExpected) console.warn(NO_BROWSER);

describe('in Chromium', () => {
  beforeEach(({ skip }) => {
    skip(!isExpected, NO_BROWSER);
  });

  it('codec, driver and session hold what they promise', async () => {
    const script = await bundle(fileURLToPath(new URL('../src/page.ts', import.meta.url)));
    const body = await bodyOfPage({ '/page.js': script, '/vectors.json': JSON.stringify(vectors) });
    expect(JSON.parse(body)).toEqual(allHold(names));
  });

  it('a page that throws fails the test', async () => {
    await expect(bodyOfPage({ '/page.js': "throw new Error('as planned');" })).rejects.toThrow(
      'as planned',
    );
  });
});
