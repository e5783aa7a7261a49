/** The servers that are soaked, and the control. */
import type { SoakExports } from './soak-server.ts';

export interface SoakKind {
  readonly name: string;
  readonly about: string;
  readonly sound: boolean;
  readonly workers: number;
  readonly exports: SoakExports;
  /** The exports whose disks fail, with EIO. */
  readonly failing: readonly string[];
}

const MEMORY = 'memory:16M';
const FAULTS = 'fault:read,chance=0.01,error=EIO | fault:write,chance=0.01,tear=anywhere,error=EIO';

export const SOAK_SERVERS: readonly SoakKind[] = [
  {
    name: 'one',
    about: 'demo-server in one thread: memory, a file, memory that fails, memory that is slow',
    sound: true,
    workers: 1,
    exports: (disk, seed) => ({
      memory: MEMORY,
      file: `file:${disk}`,
      faulty: `${MEMORY} | ${FAULTS.replaceAll(',error', `,seed=${seed},error`)}`,
      slow: `${MEMORY} | delay:any=2ms`,
    }),
    failing: ['faulty'],
  },
  {
    name: 'workers',
    about: 'demo-server in two threads: memory that they share, a file',
    sound: true,
    workers: 2,
    exports: (disk) => ({ memory: MEMORY, file: `file:${disk}` }),
    failing: [],
  },
  {
    name: 'lost-write',
    about: 'demo-server; one write of 500 is answered and lost',
    sound: false,
    workers: 1,
    exports: (_, seed) => ({ memory: `${MEMORY} | fault:write,chance=0.002,lose,seed=${seed}` }),
    failing: [],
  },
];
