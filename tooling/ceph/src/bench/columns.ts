/** The figures of a round: which there are, and how each is got. */
import type { Contender } from './contender.ts';
import type { Disk } from './disk.ts';
import {
  type Measured,
  readAtRandom,
  readInOrder,
  type Surroundings,
  writeAtRandom,
  writeInOrder,
  writeJournal,
} from './loads.ts';

export type ColumnName =
  | 'readAtRandom'
  | 'readInOrder'
  | 'writeAtRandom'
  | 'writeInOrder'
  | 'writeJournal';

export interface Column {
  readonly name: ColumnName;
  readonly title: string;
  readonly unit: 'MiB/s' | 'ms' | 'requests/s';
  /** What `done` of its load counts. */
  readonly per: 'MiB' | 'request';
  run(disk: Disk, contender: Contender, surroundings: Surroundings): Promise<Measured>;
}

export const COLUMNS: readonly Column[] = [
  {
    name: 'writeInOrder',
    title: 'write 1M q4, flush',
    unit: 'MiB/s',
    per: 'MiB',
    run: (disk, { inOrder }, surroundings) => writeInOrder(disk, inOrder, surroundings),
  },
  {
    name: 'readInOrder',
    title: 'cold read 1M q4',
    unit: 'MiB/s',
    per: 'MiB',
    run: (disk, { inOrder }, surroundings) => readInOrder(disk, inOrder, surroundings),
  },
  {
    name: 'writeAtRandom',
    title: 'random write 4k q16, flush',
    unit: 'requests/s',
    per: 'request',
    run: (disk, _contender, surroundings) => writeAtRandom(disk, surroundings),
  },
  {
    name: 'readAtRandom',
    title: 'cold random read 4k q16',
    unit: 'requests/s',
    per: 'request',
    run: (disk, _contender, surroundings) => readAtRandom(disk, surroundings),
  },
  {
    name: 'writeJournal',
    title: '4k write + flush q1, p50',
    unit: 'ms',
    per: 'request',
    run: (disk, _contender, surroundings) => writeJournal(disk, surroundings),
  },
];

/** Less is better for times. */
export function isTime({ unit }: Column): boolean {
  return unit === 'ms';
}
