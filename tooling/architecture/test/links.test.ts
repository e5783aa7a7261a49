import { expect, it } from 'vitest';
import { checkLinks } from '../src/check-links.ts';
import { plantedTree } from './planted-tree.ts';

const isThere = (path: string): boolean => path === 'docs' || path === 'docs/picture.png';

it('checkLinks finds links to files, folders, pictures and headings that are not there', () => {
  const page = [
    '[`a page`](docs/a.md), [gone](docs/b.md), [folder](docs), [none](src "with a title")',
    '[heading](docs/a.md#it-is-here), [none](docs/a.md#it-is-not), [own](#own), [none](#none)',
    '<img src="docs/picture.png" alt=""> <img src="docs/gone.png" alt="">',
    '# Own',
  ].join('\n');
  const tree = plantedTree({
    'README.md': page,
    'docs/a.md': '## It is "here"\n[up](../README.md)',
  });
  expect(checkLinks(tree, isThere)).toEqual([
    'README.md: docs/b.md leads nowhere',
    'README.md: src leads nowhere',
    'README.md: docs/a.md#it-is-not leads nowhere',
    'README.md: #none leads nowhere',
    'README.md: docs/gone.png leads nowhere',
  ]);
});

it('checkLinks passes over other places, over code, and over files that are no pages', () => {
  const fence = '`'.repeat(3);
  const page = [
    '[elsewhere](https://nowhere.example/a.md), `[shown](gone.md)`',
    `${fence}md`,
    '[shown](gone.md)',
    fence,
  ].join('\n');
  const tree = plantedTree({ 'README.md': page, 'a.txt': '[text](gone.md)' });
  expect(checkLinks(tree, isThere)).toEqual([]);
});
