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

/** A page that imports these names, each given with its package, and nothing else. */
function pageOf(imports: readonly string[]): string {
  const entry = join(folder, 'page.ts');
  const lines = imports.map((each) => {
    const [names = '', packageName = ''] = each.split(' of ');
    const source = new URL(`../../../packages/${packageName}/src/index.ts`, import.meta.url);
    return `export ${names === '*' ? names : `{ ${names} }`} from '${fileURLToPath(source)}';\n`;
  });
  writeFileSync(entry, lines.join(''));
  return entry;
}

// What each costs now, and a little: more is decided, see docs/adr/0020-a-page-has-the-whole-session.md.
it.each([
  [['* of codec'], 5500],
  [['serveChannel of session'], 21_200],
  [['ClientSession of session'], 13_000],
  [['serveWebSocket of websocket', 'blobDriver of driver-blob', 'oneExport of driver'], 25_100],
  // All that it takes to serve a file over a WebSocket.
  [['NBDServer of virtual-media'], 24_500],
])('a page with %j pays less than %i bytes', async (imports, bytesMax) => {
  const bytes = gzippedBytes(await bundle(pageOf(imports)));
  console.log(`${imports.join(', ')}: ${bytes} bytes, minified and gzipped`);
  expect(bytes).toBeGreaterThan(1000);
  expect(bytes).toBeLessThan(bytesMax);
});

it('a module of Node fails the bundle', async () => {
  const entry = join(folder, 'entry.js');
  writeFileSync(entry, "import { join } from 'node:path';\nexport const path = join('a', 'b');\n");
  await expect(bundle(entry)).rejects.toThrow('node:path');
});
