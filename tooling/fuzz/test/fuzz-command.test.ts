/** The program, with targets whose faults are known, and a folder of its own for what it keeps. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readInputs } from '../src/corpus-folder.ts';
import { fuzzCommand } from '../src/fuzz-command.ts';
import type { Target } from '../src/target.ts';
import { plantedLeak, sound } from './planted-target.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nbd-fuzz-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** Runs the program; answers its exit code and all that it said. */
async function run(target: Target, ...args: readonly string[]) {
  const lines: string[] = [];
  const output = {
    print: (line: string) => lines.push(line),
    complain: (line: string) => lines.push(line),
  };
  const root = pathToFileURL(`${folder}/`);
  const code = await fuzzCommand(args, [target], output, root);
  return { code, text: lines.join('\n'), root };
}

test('where nothing is found it says how much was done', async () => {
  const { code, text } = await run(sound, '--runs', '300', '--seed', '7');
  expect(text).toMatch(/^sound: does nothing; seed 7\n {2}300 executions, \d+ bytes, /);
  expect(text).toContain('0 finds');
  expect(code).toBe(0);
});

test('a find is made small, kept in a file, and found again in the first run after that', async () => {
  const target: Target = {
    ...sound,
    execute({ messages }) {
      if (messages.some(({ length }) => length > 4)) throw new Error('too long for this target');
      return 'survived';
    },
  };
  const { code, text, root } = await run(target, '--runs', '5000', '--seed', '1');
  expect(code).toBe(1);
  expect(text).toContain('FOUND Error: too long for this target');
  const [file, ...others] = readInputs('finds', 'sound', root);
  expect(others).toEqual([]);
  expect(file?.[1].messages).toEqual([new Uint8Array(5)]);
  expect(text).toContain(`kept in finds/sound/${file?.[0]}`);
  const again = await run(target, '--runs', '1');
  expect(again.code).toBe(1);
});

test('a target that keeps memory is told so', async () => {
  const leak = plantedLeak();
  const { code, text } = await run(leak, '--runs', '100', '--seed', '1');
  leak.forget();
  expect(text).toContain('TOO MUCH');
  expect(code).toBe(1);
});

test('the corpus is the inputs that reach farthest', async () => {
  const { code, root } = await run(sound, '--runs', '100', '--seed', '1', '--save');
  expect(code).toBe(0);
  expect(readInputs('corpus', 'sound', root).size).toBeGreaterThan(0);
});

test('a command line that makes no sense is told so', async () => {
  expect(await run(sound, 'nothing')).toMatchObject({
    code: 2,
    text: 'fuzz: expected some of sound; found nothing',
  });
  expect(await run(sound, '--help')).toMatchObject({
    code: 0,
    text: expect.stringContaining('usage'),
  });
});
