import { expect, test } from 'vitest';
import { keyOf } from './kept-changes.ts';

function fileOf(name: string, content = 'content', lastModified = 1): File {
  return new File([content], name, { lastModified });
}

test('files that differ in name, size or time have changes of their own, and the same file finds its own', async () => {
  const long = 'a backup of the machine in the corner of the office, as of this morning, part ';
  const files = [
    fileOf(`${long} 1.iso`),
    fileOf(`${long} 2.iso`),
    fileOf('a.iso'),
    fileOf('a.iso', 'contents'),
    fileOf('a.iso', 'content', 2),
    fileOf('a', 'content', 1),
  ];
  const keys = await Promise.all(files.map(keyOf));
  expect(new Set(keys).size).toBe(files.length);
  expect(await keyOf(fileOf('a.iso'))).toBe(keys[2]);
});

test.each(['\u{1f4bf}'.repeat(100), `${'x'.repeat(59)}\u{1f4bf}`, '../..', '\ud83d', ''])(
  'a file of the name %j has a key that every file system takes',
  async (name) => {
    expect(await keyOf(fileOf(name))).toMatch(/^[0-9a-f]{64}$/);
  },
);
