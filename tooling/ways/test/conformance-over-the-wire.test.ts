import { driverConformance } from '@nbd/driver-conformance';
import { afterAll, beforeAll, describe } from 'vitest';
import { remoteDisk } from '../src/remote-disk.ts';
import { ServedWay, WAYS } from '../src/served-way.ts';

const FRAMINGS = ['simple', 'structured', 'extended'] as const;
/** All that lies between a client and a disk, for each way between them; the disks are tested by themselves elsewhere. */
const RUNS = 3;

describe.each(WAYS)('a disk at the other end of %s', (way) => {
  let served: ServedWay;
  beforeAll(async () => {
    served = await ServedWay.open(way);
  });
  afterAll(() => served.close());

  describe.each(FRAMINGS)('with %s replies', (framing) => {
    driverConformance({
      create: async ({ size }) => remoteDisk(await served.connect(size, { framing })),
      sizes: [0, 512, 70_000],
      runs: RUNS,
    });
  });
});
