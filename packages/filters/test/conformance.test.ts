import { driverConformance } from '@nbd/driver-conformance';
import { memoryDriver } from '@nbd/driver-memory';
import { describe } from 'vitest';
import { readOnly } from '../src/index.ts';

describe('read-only', () => {
  driverConformance({ create: (disk) => readOnly(memoryDriver(disk)), writable: false });
});
