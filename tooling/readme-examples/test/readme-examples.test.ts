/** Every `ts` block of the READMEs and of `docs` compiles, runs and ends by itself. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exampleFolder } from '../src/example-folder.ts';
import { extractExamples } from '../src/extract-examples.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const RUN_MILLIS_MAX = 30_000;

const packages = ['packages', 'apps'].flatMap((parent) =>
  readdirSync(join(ROOT, parent)).map((name) => `${parent}/${name}`),
);
const docs = readdirSync(join(ROOT, 'docs')).filter((name) => name.endsWith('.md'));
const readmes = ['README.md', ...packages.map((folder) => `${folder}/README.md`)];
const pages = [...readmes, ...docs.map((name) => `docs/${name}`)];
const examples = pages
  .filter((page) => existsSync(join(ROOT, page)))
  .flatMap((page) => extractExamples(page, readFileSync(join(ROOT, page), 'utf8')));

it.each(readmes)('%s is there', (page) => {
  expect(existsSync(join(ROOT, page))).toBe(true);
});

describe('example', () => {
  const folder = exampleFolder(examples);
  let faults: ReadonlyMap<string, readonly string[]>;

  beforeAll(async () => {
    faults = await folder.typeCheck();
  }, 60_000);

  afterAll(() => {
    folder.remove();
  });

  // One after the other: examples may listen on the same well-known port.
  it.each(examples.map((example) => [example.name, example] as const))(
    '%s',
    { timeout: RUN_MILLIS_MAX + 5000 },
    async (name, example) => {
      expect(faults.get(name)).toEqual([]);
      if (!example.runs) return;
      const outcome = await folder.run(example, RUN_MILLIS_MAX);
      expect(outcome).toEqual({ exit: 0, output: outcome.output });
    },
  );
});
