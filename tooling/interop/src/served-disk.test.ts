import { expect, it } from 'vitest';
import { serveDisk } from './served-disk.ts';

it.runIf(process.env['NBD_WAY'] === 'workers')(
  'servers of this suite have two threads',
  async () => {
    const served = await serveDisk({ exports: { disk: 'memory:1M' } });
    served.kill('SIGTERM');
    expect(await served.ended).toBe(0);
    expect(served.log).toContain('"workers":2');
  },
);
