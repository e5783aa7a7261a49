/** What a page pays for the layers, as `@nbd/source` bundles them: minified and gzipped. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { bundle, gzippedBytes } from '../src/bundle.ts';

const folder = mkdtempSync(join(tmpdir(), 'bundle-'));

afterAll(() => {
  rmSync(folder, { recursive: true });
});

function entryOf(name: string): string {
  return fileURLToPath(new URL(`../../../packages/${name}/src/index.ts`, import.meta.url));
}

it.each([
  ['codec', 15_000],
  ['session', 15_000],
])('all of %s is less than %i bytes', async (name, bytesMax) => {
  const bytes = gzippedBytes(await bundle(entryOf(name)));
  console.log(`@nbd/${name}: ${bytes} bytes, minified and gzipped, with all that it imports`);
  expect(bytes).toBeGreaterThan(1000);
  expect(bytes).toBeLessThan(bytesMax);
});

it('a module of Node fails the bundle', async () => {
  const entry = join(folder, 'entry.js');
  writeFileSync(entry, "import { join } from 'node:path';\nexport const path = join('a', 'b');\n");
  await expect(bundle(entry)).rejects.toThrow('node:path');
});
