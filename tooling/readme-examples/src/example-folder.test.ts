import { existsSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { exampleFolder } from './example-folder.ts';
import type { Example } from './extract-examples.ts';

function example(name: string, code: string): Example {
  return { name, page: 'a.md', line: 10, code, runs: true };
}

const sound = example('sound', "import { cwd } from 'node:process';\nconsole.log(cwd());\n");
const mistyped = example('mistyped', "const size = 1;\nsize.trim();\nimport '@nbd/absent';\n");
const throwing = example('throwing', "throw new Error('as planned');\n");
const endless = example('endless', 'setInterval(() => {}, 1000);\n');

describe('an example', () => {
  const folder = exampleFolder([sound, mistyped, throwing, endless]);
  afterAll(() => {
    folder.remove();
  });

  it('that is mistyped has faults, at their lines of the page; the others have none', async () => {
    const faults = await folder.typeCheck();
    expect(faults.get('mistyped')).toEqual([
      expect.stringContaining('a.md:11: error TS2339'),
      expect.stringContaining(
        "a.md:12: error TS2882: Cannot find module or type declarations for side-effect import of '@nbd/absent'",
      ),
    ]);
    expect(faults.get('sound')).toEqual([]);
    expect(faults.get('throwing')).toEqual([]);
  });

  it('runs in a working directory of its own, which is gone afterwards', async () => {
    const { exit, output } = await folder.run(sound, 10_000);
    expect(exit).toBe(0);
    expect(existsSync(output.trim())).toBe(false);
  });

  it('that throws does not exit with 0', async () => {
    const { exit, output } = await folder.run(throwing, 10_000);
    expect(exit).toBe(1);
    expect(output).toContain('as planned');
  });

  it('that does not end is ended', async () => {
    expect(await folder.run(endless, 1000)).toEqual({
      exit: 'still running after 1000 ms',
      output: '',
    });
  });
});

it('a folder of examples leaves nothing behind', () => {
  const folder = exampleFolder([sound]);
  expect(existsSync(folder.path)).toBe(true);
  folder.remove();
  expect(existsSync(folder.path)).toBe(false);
});
