/**
 * Workloads by name.
 */
import type { Workload, WorkloadFamily } from './workload.ts';
import { besideColdWorkloads } from './beside-cold.ts';
import { connectWorkloads } from './connect.ts';
import { copyWorkloads } from './copy.ts';
import { fioWorkloads } from './fio.ts';
import { qemuImgBenchWorkloads } from './qemu-img-bench.ts';
import { rawWorkloads } from './raw.ts';
import { rssWorkloads } from './rss.ts';
import { stalledWorkloads } from './stalled.ts';

const FAMILIES: readonly WorkloadFamily[] = [
  rawWorkloads,
  fioWorkloads,
  copyWorkloads,
  qemuImgBenchWorkloads,
  connectWorkloads,
  rssWorkloads,
  stalledWorkloads,
  besideColdWorkloads,
];

const QUICK = 'randread-4k-q1,randread-4k-q64,randwrite-4k-q64,read-128k-q16,write-128k-q16';
const STD =
  'randread-4k-q1,randread-4k-q16,randread-4k-q64,randwrite-4k-q64,read-128k-q16,write-128k-q16,' +
  'read-1m-q16,write-1m-q16,copyout-c4,copyout-c1,copyin-c4,copyin-c1';
const RAW =
  'raw-randread-4k-q1,raw-randread-4k-q16,raw-randread-4k-q64,raw-randwrite-4k-q64,raw-read-128k-q16,' +
  'raw-write-128k-q16,raw-read-1m-q16,raw-write-1m-q16,raw-randread-4k-q16-c4,raw-read-128k-q8-c4';
const FORMS =
  'raw-randread-4k-q64,raw-randread-4k-q64-structured,raw-randread-4k-q64-extended,' +
  'raw-read-128k-q16,raw-read-128k-q16-structured,raw-read-128k-q16-extended';
const ODD =
  'raw-randread-4k-q64-unaligned,raw-randwrite-4k-q64-unaligned,raw-randread-mixed-q16,raw-randwrite-mixed-q16';

/** Names that stand for several workloads. */
export const WORKLOAD_SETS: ReadonlyMap<string, readonly string[]> = new Map([
  ['quick', QUICK.split(',')],
  ['std', STD.split(',')],
  ['raw', RAW.split(',')],
  ['memory', ['rss-c0', 'rss-c64', 'stalled-c64']],
  ['forms', FORMS.split(',')],
  ['odd', ODD.split(',')],
  [
    'all',
    `${STD},qemubench-4k-q64,connect-p1,connect-p8,randread-4k-q8-j8,beside-cold-q16,rss-c64`.split(
      ',',
    ),
  ],
]);

/**
 * The names that a comma list of workloads and sets stands for, in its order.
 *
 * @throws RangeError for a name that is neither
 */
export function expandWorkloads(list: string): readonly string[] {
  const names = list.split(',').flatMap((name) => WORKLOAD_SETS.get(name) ?? [name]);
  for (const name of names) findWorkload(name);
  return names;
}

/**
 * The workload of that name.
 *
 * @throws RangeError if there is none
 */
export function findWorkload(name: string): Workload {
  for (const { pattern, make } of FAMILIES) {
    const groups = pattern.exec(name)?.groups;
    if (groups !== undefined) return make(name, groups);
  }
  throw new RangeError(
    `expected the name of a workload or of a set, found ${JSON.stringify(name)}`,
  );
}
