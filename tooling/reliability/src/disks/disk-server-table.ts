/**
 * The servers that get bad disks: the file driver by each of its means, the demo server with two threads, and the controls, each
 * with the trials that must find it out.
 */
import { control, demo, nbdkit, type ServerKind } from '../servers/server-table.ts';
import { typescriptProgram } from '../servers/typescript-program.ts';

export interface DiskServer extends ServerKind {
  /** The names of its trials. Absent: all. */
  readonly trials?: readonly string[];
}

type Means = 'uring' | 'nowait' | 'adaptive' | 'async';
type Behaviour = 'honest' | 'forgetful' | 'zeroes' | 'together';

const FILE_SERVER = new URL('./file-server.ts', import.meta.url);

export const DISK_SERVERS: readonly DiskServer[] = [
  file('uring', 'the file driver, reading by io_uring', 'uring'),
  file('nowait', 'the file driver, reading by preadv2', 'nowait'),
  file('adaptive', 'the file driver, reading on the loop or in the pool', 'adaptive'),
  file('async', 'the file driver, in the thread pool alone', 'async'),
  demo('workers', 'demo-server, two threads', ({ disk }) => `file:${disk}`, { workers: 2 }),
  {
    ...control(nbdkit('nbdkit', 'nbdkit, its file plugin, which tells a lost flush once', [])),
    trials: ['flush-device'],
  },
  {
    ...control(file('forgetful', 'a flush that failed is told once', 'adaptive', 'forgetful')),
    trials: ['flush-device'],
  },
  {
    ...control(file('zeroes', 'what cannot be read is zeroes', 'adaptive', 'zeroes')),
    trials: ['truncated', 'reads-file'],
  },
  {
    ...control(file('together', 'what came together fails together', 'async', 'together')),
    trials: ['reads-file', 'writes-file'],
  },
];

function file(name: string, about: string, io: Means, behaviour: Behaviour = 'honest'): ServerKind {
  return {
    name,
    about,
    sound: true,
    tearsInFlight: true,
    exportName: 'disk',
    announces: false,
    command: ({ disk, socket }) => typescriptProgram(FILE_SERVER, [disk, socket, io, behaviour]),
  };
}
