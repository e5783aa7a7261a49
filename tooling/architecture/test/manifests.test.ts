import { expect, it } from 'vitest';
import { checkManifests, checkTableIsInhabited } from '../src/check-manifests.ts';
import { type PlantedFault, testPlantedFaults } from './planted-faults.ts';
import { plantedTree } from './planted-tree.ts';

function manifest(name: string, fields: object): string {
  return JSON.stringify({ name, ...fields });
}

const PLANTED: readonly PlantedFault[] = [
  [
    'the codec depends on the driver',
    checkManifests,
    {
      'packages/codec/package.json': manifest('@nbd/codec', {
        dependencies: { '@nbd/driver': 'workspace:^' },
      }),
    },
    'packages/codec/package.json: @nbd/driver may not stand in dependencies',
  ],
  [
    'the server depends on the codec at run time',
    checkManifests,
    {
      'packages/server/package.json': manifest('@nbd/server', {
        dependencies: { '@nbd/codec': 'workspace:^' },
      }),
    },
    'packages/server/package.json: @nbd/codec may not stand in dependencies',
  ],
  [
    'the session depends on a third party',
    checkManifests,
    {
      'packages/session/package.json': manifest('@nbd/session', { dependencies: { left: '1' } }),
    },
    'packages/session/package.json: left may not stand in dependencies',
  ],
  [
    'a native module is required rather than optional',
    checkManifests,
    {
      'packages/driver-file/package.json': manifest('@nbd/driver-file', {
        dependencies: { koffi: 'catalog:' },
      }),
    },
    'packages/driver-file/package.json: koffi may not stand in dependencies',
  ],
  [
    'a package is in no layer',
    checkManifests,
    { 'packages/stray/package.json': manifest('@nbd/stray', {}) },
    'packages/stray: @nbd/stray is not in the table of layers',
  ],
  [
    'a workspace dependency has a fixed version',
    checkManifests,
    {
      'apps/demo-server/package.json': manifest('demo-server', {
        dependencies: { '@nbd/codec': '1.0.0' },
      }),
    },
    'apps/demo-server/package.json: @nbd/codec is "1.0.0", not "workspace:^"',
  ],
];

testPlantedFaults(PLANTED);

it('a package of the table that is gone is found', () => {
  expect(checkTableIsInhabited(plantedTree({}))).toContain(
    'the table of layers names @nbd/filters, which no package is',
  );
});
