/** The layers without Node, and a disk served over a WebSocket, in Deno and in Bun. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { connect } from '@nbd/client';
import { bearerProtocols } from '@nbd/websocket';
import { afterAll, expect, it, onTestFinished } from 'vitest';
import { bridge } from '../../../packages/websocket/test/bridge.ts';
import { bundle } from '../src/bundle.ts';
import { layerChecks } from '../src/page-checks.ts';
import type { RuntimeFacts } from '../src/runtime-program.ts';
import type { Vector } from '../src/vector-checks.ts';

const VECTORS = new URL('../../../packages/codec/test/vectors/', import.meta.url);
const SIZE = 3_000_000;

/** Where npm has them for this kind of machine. */
const RUNTIMES = [
  { name: 'Deno', file: '@deno/linux-x64-glibc/deno', args: ['run', '--allow-net=127.0.0.1'] },
  { name: 'Bun', file: '@oven/bun-linux-x64/bin/bun', args: ['run'] },
];

const folder = mkdtempSync(join(tmpdir(), 'runtimes-'));

afterAll(() => {
  rmSync(folder, { recursive: true });
});

const vectors = readdirSync(VECTORS).flatMap((file) => {
  const text = readFileSync(new URL(file, VECTORS), 'utf8');
  return (JSON.parse(text) as { readonly vectors: readonly Vector[] }).vectors;
});

function executableOf(file: string): string | undefined {
  try {
    return createRequire(import.meta.url).resolve(file);
  } catch {
    return undefined;
  }
}

/** The program, which begins with what it is to do. */
async function programFor(facts: RuntimeFacts): Promise<string> {
  const path = join(folder, 'program.mjs');
  const entry = fileURLToPath(new URL('../src/runtime-program.ts', import.meta.url));
  writeFileSync(path, `globalThis.facts = ${JSON.stringify(facts)};\n${await bundle(entry)}`);
  return path;
}

it.for(RUNTIMES)(
  'a program of $name holds what the layers promise and serves a blob',
  async ({ file, args }, { skip }) => {
    const executable = executableOf(file);
    const isOfTheKind = process.platform === 'linux' && process.arch === 'x64';
    const mayBeMissing = process.env['CI'] === undefined || !isOfTheKind;
    skip(executable === undefined && mayBeMissing, `skipped: ${file} is not installed`);
    const between = await bridge('a token');
    onTestFinished(() => between.close());
    const program = await programFor({
      vectors,
      bridge: { url: between.url, token: 'a token', clients: 2, size: SIZE },
      protocols: [...bearerProtocols('a token')],
    });
    const child = spawn(String(executable), [...args, program], {
      cwd: folder,
      env: { HOME: folder, NO_COLOR: '1', DENO_NO_UPDATE_CHECK: '1' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    const ended = new Promise<number | null>((resolve) => {
      child.on('close', resolve);
    });
    const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
    const verdicts: unknown = JSON.parse(String((await lines.next()).value));
    expect(verdicts).toEqual(layerChecks(vectors).map(({ name }) => ({ name })));

    const expected = Buffer.alloc(SIZE).map((_, i) => i);
    for (let client = 0; client < 2; client++) {
      await between.page(client);
      const connection = await connect(between.uri);
      expect(Buffer.compare(await connection.read(0, SIZE), expected)).toBe(0);
      await connection.close();
    }
    expect(JSON.parse(String((await lines.next()).value))).toEqual([
      'disconnected',
      'disconnected',
    ]);
    expect(await ended).toBe(0);
  },
);
