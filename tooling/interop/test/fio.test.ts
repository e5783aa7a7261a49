/** fio writes a disk in random order, many requests at a time, and verifies what it reads back. */
import { describe, expect, it } from 'vitest';
import { freshSpec } from '../src/disk-files.ts';
import { soundJobs, verifyWithFio } from '../src/fio.ts';
import { serveDisk, TRANSPORTS } from '../src/served-disk.ts';
import { needTools } from '../src/tools.ts';

const RUN = { sizeBytes: 64 * 2 ** 20, depth: 32, jobs: 1 };

needTools('fio');

describe.each(TRANSPORTS)('over %s', (transport) => {
  it.each(['memory', 'file'] as const)('every checksum of a %s disk is right', async (kind) => {
    const served = await serveDisk({ exports: { disk: await freshSpec(kind, RUN.sizeBytes) } });
    expect(await verifyWithFio(served.uri(transport, 'disk'), RUN)).toEqual(soundJobs(RUN));
  });
});
