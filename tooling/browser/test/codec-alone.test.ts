/** The codec is a library of its own: a Node program that has nothing else decodes a request with it. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';

const CODEC = fileURLToPath(new URL('../../../packages/codec/', import.meta.url));
const TSX = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

const PROGRAM = `
import { decodeRequest, REQUEST_BYTES, spellCommand } from '@nbd/codec';

const hex = '25609513000000000102030405060708000000000000100000000200';
const bytes = Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
const target = { flags: 0, type: 0, cookieHigh: 0, cookieLow: 0, offset: 0, length: 0 };
const { type, offset, length } = decodeRequest(new DataView(bytes.buffer), 0, target);
console.log(\`\${REQUEST_BYTES} bytes: \${spellCommand(type)} \${length} at \${offset}\`);
`;

const folder = mkdtempSync(join(tmpdir(), 'codec-alone-'));

function run(file: string): string {
  const args = ['--conditions=@nbd/source', '--import', TSX, join(folder, file)];
  // Package managers put their own folders on the path of modules.
  const { NODE_PATH: _path, NODE_OPTIONS: _options, ...env } = process.env;
  return execFileSync(process.execPath, args, {
    cwd: folder,
    env,
    encoding: 'utf8',
    stdio: 'pipe',
  });
}

beforeAll(() => {
  const installed = join(folder, 'node_modules/@nbd/codec');
  mkdirSync(installed, { recursive: true });
  cpSync(join(CODEC, 'src'), join(installed, 'src'), { recursive: true });
  cpSync(join(CODEC, 'package.json'), join(installed, 'package.json'));
  writeFileSync(join(folder, 'program.ts'), PROGRAM);
  writeFileSync(join(folder, 'other.ts'), "import '@nbd/driver';\n");
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

it('a program with nothing but the codec decodes a request', () => {
  expect(run('program.ts')).toBe('28 bytes: READ 512 at 4096\n');
});

it('nothing else of this workspace can be reached from there', () => {
  expect(() => run('other.ts')).toThrow(/@nbd\/driver/);
});
