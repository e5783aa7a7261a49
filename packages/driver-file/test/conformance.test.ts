import { driverConformance } from '@nbd/driver-conformance';
import { describe } from 'vitest';
import { loadEnvironment } from '../src/environment.ts';
import { openFileDriver } from '../src/file-driver.ts';
import { fileDriver } from '@nbd/driver-file';
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
