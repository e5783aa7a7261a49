/** The layers that promise to run in any engine, in the engine of a browser. */
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { openBridge, refuse, sameToken, type TabInfo } from '@nbd/bridge';
import { connect, NbdError } from '@nbd/client';
import { CloseCode } from '@nbd/websocket';
import { beforeEach, describe, expect, it } from 'vitest';
import { bridge } from '../../../packages/websocket/test/bridge.ts';
import { bundle } from '../src/bundle.ts';
import { runChecks, type Verdict } from '../src/check.ts';
import { bodyOfPage, hasChromium } from '../src/chromium.ts';
import { engineChecks, pageChecks } from '../src/page-checks.ts';
import type { BridgeFacts } from '../src/serving-page.ts';
import type { Vector } from '../src/vector-checks.ts';

const NO_BROWSER = 'skipped: there is no Chromium on this machine, and this is not CI';
const VECTORS = new URL('../../../packages/codec/test/vectors/', import.meta.url);

const vectors = readdirSync(VECTORS).flatMap((file) => {
  const text = readFileSync(new URL(file, VECTORS), 'utf8');
  return (JSON.parse(text) as { readonly vectors: readonly Vector[] }).vectors;
});
const names = pageChecks(vectors).map(({ name }) => name);
const isExpected = hasChromium() || process.env['CI'] !== undefined;

function bundleOf(script: string): Promise<string> {
  return bundle(fileURLToPath(new URL(`../src/${script}`, import.meta.url)));
}

function allHold(of: readonly string[]): readonly Verdict[] {
  return of.map((name) => ({ name }));
}

it('there are golden vectors to check', () => {
  expect(vectors.length).toBeGreaterThan(30);
});

it('a check that does not hold has a fault', async () => {
  const sound = vectors[0] as Vector;
  const broken = { ...sound, hex: sound.hex.replace(/.$/, 'f') };
  const verdicts = await runChecks(engineChecks([broken]));
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

  it('the layers without Node hold what they promise', async () => {
    const body = await bodyOfPage({
      '/page.js': await bundleOf('page.ts'),
      '/worker.js': await bundleOf('worker.ts'),
      '/vectors.json': JSON.stringify(vectors),
    });
    expect(JSON.parse(body)).toEqual(allHold(names));
  });

  it('a page serves a file to a client behind a bridge, and tells it why it closes', async () => {
    const between = await bridge('a token');
    try {
      const facts: BridgeFacts = {
        url: between.url,
        token: 'a token',
        clients: 2,
        size: 3_000_000,
      };
      const body = bodyOfPage({
        '/page.js': await bundleOf('serving-page.ts'),
        '/bridge.json': JSON.stringify(facts),
      });
      await between.page(0);
      const client = await connect(between.uri);
      const expected = Buffer.alloc(facts.size).map((_, i) => i);
      expect(Buffer.compare(await client.read(0, facts.size), expected)).toBe(0);
      await client.close();

      const second = await between.page(1);
      const closed = new Promise((resolve) => {
        second.on('close', resolve);
      });
      second.send(Buffer.alloc(100, 7));
      second.resume();
      expect(await closed).toBe(4002);
      expect(JSON.parse(await body)).toEqual(['disconnected', 'unknown-client-flags']);
    } finally {
      await between.close();
    }
  });

  it('a page of a console serves one client after the other behind our bridge, until it is sent away', async () => {
    const facts = { token: 'a token', size: 3_000_000 };
    await using ours = await openBridge({
      origins: 'any',
      admit: ({ token, origin }) =>
        sameToken(token, facts.token) && origin?.startsWith('http://127.0.0.1:') === true
          ? { listen: 'nbd://127.0.0.1:0' }
          : refuse(CloseCode.POLICY),
    });
    const arrived = once(ours, 'arrived') as Promise<[TabInfo]>;
    const body = bodyOfPage({
      '/page.js': await bundleOf('virtual-media-page.ts'),
      '/bridge.json': JSON.stringify({ ...facts, url: ours.url }),
    });
    const [{ uri }] = await arrived;
    const expected = Buffer.alloc(facts.size).map((_, i) => i);
    for (let round = 0; round < 2; round++) {
      const client = await connect(uri);
      expect(Buffer.compare(await client.read(0, facts.size), expected)).toBe(0);
      await client.close();
    }
    const client = await connect(uri);
    for (const tab of ours.tabs) tab.close(4200, 'ejected');
    await expect(client.read(0, 1)).rejects.toBeInstanceOf(NbdError);
    expect(JSON.parse(await body)).toEqual(['started', 'started', 'started', 'closed 4200']);
  });

  it('a page that throws fails the test', async () => {
    await expect(bodyOfPage({ '/page.js': "throw new Error('as planned');" })).rejects.toThrow(
      'as planned',
    );
  });
});
