import { describe, expect, it } from 'vitest';
import { TARGETS } from '../results/targets.ts';
import { findWorkload, WORKLOAD_SETS } from './workloads.ts';

describe('the name of a workload', () => {
  it.each([
    ['raw-randread-4k-q1', undefined, false],
    ['raw-write-1m-q16-c4', undefined, true],
    ['raw-randwrite-4k-q16-unaligned', undefined, true],
    ['raw-randread-mixed-q16-c2-extended', undefined, false],
    ['raw-randwrite-mixed-q1', undefined, true],
    ['raw-read-128k-q16-structured', undefined, false],
    ['stalled-c64', undefined, false],
    ['beside-cold-q16', 'dd', false],
    ['randread-4k-q8-j8', 'fio', false],
    ['randrw-4k-q8', 'fio', true],
    ['rw-4k-q8', 'fio', true],
    ['write-128k-q16', 'fio', true],
    ['copyout-c4', 'nbdcopy', false],
    ['copyin-c1', 'nbdcopy', true],
    ['qemubench-4k-q64', 'qemu-img', false],
    ['connect-p8', undefined, false],
    ['rss-c64', undefined, false],
  ])('%s tells the program, %s, and whether it writes, %s', (name, program, writes) => {
    expect(findWorkload(name)).toMatchObject({ name, program, writes });
  });

  it.each([
    ['raw-randwrite-4k-q64', true],
    ['raw-randwrite-mixed-q16', true],
    ['raw-write-4k-q64', false],
    ['raw-randread-4k-q64', false],
    ['randwrite-4k-q8', true],
    ['randrw-4k-q8', true],
    ['rw-4k-q8', false],
    ['randread-4k-q8', false],
  ])('%s tells whether it writes here and there, %s', (name, scatters) => {
    expect(findWorkload(name)).toMatchObject({ scatters });
  });

  it.each([
    '',
    'raw-read-4096-q1',
    'read-4k',
    'connect-p',
    'copy-c1',
    'xrss-c1',
    'rss-c1x',
    'raw-read-mixed-q1',
    'raw-read-4k-q1-unaligned',
  ])('is not %j', (name) => {
    expect(() => findWorkload(name)).toThrow(RangeError);
  });

  it('is what each target is about', () => {
    for (const { workload } of TARGETS) expect(findWorkload(workload).name).toBe(workload);
  });

  it('is what each set is made of', () => {
    for (const names of WORKLOAD_SETS.values()) {
      for (const name of names) expect(findWorkload(name).name).toBe(name);
    }
  });
});
