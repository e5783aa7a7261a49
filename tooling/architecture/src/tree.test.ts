import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readTree } from './tree.ts';

describe('readTree', () => {
  let root: string;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'tree-'));
    for (const folder of ['src', 'node_modules/a'])
      mkdirSync(join(root, folder), { recursive: true });
    writeFileSync(join(root, 'src/a.ts'), 'a');
    writeFileSync(join(root, 'src/ignored.ts'), 'b');
    writeFileSync(join(root, 'src/image.png'), Uint8Array.of(1, 0, 2));
    writeFileSync(join(root, 'node_modules/a/index.js'), 'c');
    writeFileSync(join(root, '.gitignore'), 'node_modules/\nignored.ts\n');
  });

  afterEach(() => {
    rmSync(root, { recursive: true });
  });

  it('walks the folder where there is no git, past what was installed', () => {
    expect([...readTree(root).keys()].toSorted()).toEqual([
      '.gitignore',
      'src/a.ts',
      'src/ignored.ts',
    ]);
    expect(readTree(root).get('src/a.ts')).toBe('a');
  });

  it('asks git what belongs to the repository', () => {
    execFileSync('git', ['init', '--quiet', root]);
    expect([...readTree(root).keys()].toSorted()).toEqual(['.gitignore', 'src/a.ts']);
  });
});
