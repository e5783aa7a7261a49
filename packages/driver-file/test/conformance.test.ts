import { driverConformance } from '@nbd/driver-conformance';
import { describe } from 'vitest';
import { loadEnvironment } from '../src/system/environment.ts';
import { openFileDriver } from '../src/file-driver.ts';
import { fileDriver, folderExports } from '@nbd/driver-file';
import { basename, dirname } from 'node:path';
import { MEANS, whyNot } from './available-means.ts';
import { temporaryFiles } from './temporary-files.ts';

const files = temporaryFiles();
const environment = await loadEnvironment();

for (const io of MEANS) {
  const missing = whyNot(io, files.create(1), environment);
  describe.skipIf(missing !== undefined)(`a file read by "${io}" ${missing ?? ''}`, () => {
    driverConformance({
      create: ({ size }) => fileDriver({ path: files.create(size), io }),
      runs: 20,
    });
  });
}

describe('a file without the optional packages', () => {
  const bare = { ...environment, systemCalls: undefined, extensions: undefined };
  driverConformance({
    create: ({ size }) => openFileDriver({ path: files.create(size) }, bare),
    runs: 20,
  });
});

describe('a file opened read-only', () => {
  driverConformance({
    create: ({ size }) => fileDriver({ path: files.create(size), readOnly: true }),
    writable: false,
    runs: 20,
  });
});

describe('a file of a folder', () => {
  driverConformance({
    async create({ size }) {
      const path = files.create(size);
      const source = folderExports({ path: dirname(path) });
      const opened = await source.open(basename(path), { peer: 'unix' });
      if (opened === undefined) throw new Error(`expected an export, found none for ${path}`);
      return opened.driver;
    },
    runs: 20,
  });
});
