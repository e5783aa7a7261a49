import { expect, it } from 'vitest';
import { checkLockfile, checkPlaces } from '../src/check-places.ts';
import { type PlantedFault, testPlantedFaults } from './planted-faults.ts';
import { plantedTree } from './planted-tree.ts';

/** In parts, for the check reads this file too. */
const REGISTRY = ['registry', 'example', 'org'].join('.');

const PLANTED: readonly PlantedFault[] = [
  [
    'a file names the host of a registry',
    checkPlaces,
    { '.npmrc': `registry=https://${REGISTRY}/` },
    `.npmrc:1: ${REGISTRY}: the host of a registry`,
  ],
  ...['work', 'root', 'farm', 'home'].map(
    (folder) =>
      [
        `a file names a path below /${folder}`,
        checkPlaces,
        { 'docs/planted.md': `\nsee \`/${folder}/disk.img\`` },
        `docs/planted.md:2: /${folder}: a path of one machine`,
      ] as const,
  ),
  [
    'the lockfile sends installers to a host',
    checkLockfile,
    { 'pnpm-lock.yaml': 'tarball: https://example.org/a.tgz' },
    'pnpm-lock.yaml:1: https://example.org/a.tgz',
  ],
];

testPlantedFaults(PLANTED);

it('checkPlaces takes no offence at paths of URLs and of the repository', () => {
  const text = ['https://example.org/home', './work/a', 'packages/root', '/homes'].join('\n');
  expect(checkPlaces(plantedTree({ 'docs/a.md': text }))).toEqual([]);
});
