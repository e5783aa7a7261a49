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

/** A page that imports these names of a package, and nothing else. */
function pageOf(names: string, packageName: string): string {
  const entry = join(folder, `${packageName}-${names}.ts`);
  const source = fileURLToPath(
    new URL(`../../../packages/${packageName}/src/index.ts`, import.meta.url),
  );
  writeFileSync(entry, `export ${names === '*' ? names : `{ ${names} }`} from '${source}';\n`);
  return entry;
}

it.each([
  ['*', 'codec', 15_000],
  ['serveChannel', 'session', 19_000],
  ['ClientSession', 'session', 13_000],
])('a page with %s of %s pays less than %i bytes', async (names, packageName, bytesMax) => {
  const bytes = gzippedBytes(await bundle(pageOf(names, packageName)));
  console.log(`${names} of @nbd/${packageName}: ${bytes} bytes, minified and gzipped`);
  expect(bytes).toBeGreaterThan(1000);
  expect(bytes).toBeLessThan(bytesMax);
});

it('a module of Node fails the bundle', async () => {
  const entry = join(folder, 'entry.js');
  writeFileSync(entry, "import { join } from 'node:path';\nexport const path = join('a', 'b');\n");
  await expect(bundle(entry)).rejects.toThrow('node:path');
});
