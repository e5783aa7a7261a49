import { driverConformance } from '@nbd/driver-conformance';
import { memoryDriver } from '@nbd/driver-memory';
import { describe } from 'vitest';
import { CrashableDisk, FaultPlan, faulty, readOnly } from '../src/index.ts';

describe('read-only', () => {
  driverConformance({ create: (disk) => readOnly(memoryDriver(disk)), writable: false });
});

describe('faulty, without faults', () => {
  driverConformance({ create: (disk) => faulty(memoryDriver(disk), new FaultPlan()) });
});

describe('faulty, with calls that wait for nothing', () => {
  driverConformance({
    create(disk) {
      const clock = {
        after(_millis: number, task: () => void) {
          void Promise.resolve().then(task);
          return () => undefined;
        },
      };
      const plan = new FaultPlan({ clock });
      plan.add({ delay: 1, chance: 0.5 });
      return faulty(memoryDriver(disk), plan);
    },
    runs: 20,
  });
});

describe('crashable', () => {
  driverConformance({ create: (disk) => new CrashableDisk(memoryDriver(disk)).driver, runs: 25 });
});
