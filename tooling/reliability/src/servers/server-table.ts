/**
 * The servers that can be put to the test. Those that are not sound are the controls: a run against one of them is in order
 * when it finds what is wrong.
 */
import { type Command, DEMO_SERVER } from '@nbd-tooling/server-process';
import { typescriptProgram } from './typescript-program.ts';

export interface ServerKind {
  readonly name: string;
  /** What is served, and by whom. */
  readonly about: string;
  readonly sound: boolean;
  /** Whether a read may find a block torn by a write at the same time. */
  readonly tearsInFlight: boolean;
  readonly exportName: string;
  /** Whether it says on its standard output that it is ready; of others it is known by their taking connections. */
  readonly announces: boolean;
  /** The program to be on the machine, if it is one of others. */
  readonly needs?: string;
  command(place: Place): Command;
}

/** Where a server is, and what it draws its faults from. */
export interface Place {
  /** The file that is the disk; servers of memory let it be. */
  readonly disk: string;
  readonly socket: string;
  readonly seed: number;
}

const CACHED_SERVER = new URL('cached-server.ts', import.meta.url);

/** For `crash`: all have the file as their disk. */
export const CRASH_SERVERS: readonly ServerKind[] = [
  demo('file', 'demo-server, a file', ({ disk }) => `file:${disk}`),
  demo('file-workers', 'demo-server, a file, two threads', ({ disk }) => `file:${disk}`, {
    workers: 2,
  }),
  cached('cache', 'a file behind a write cache in the memory of the server', 'honest'),
  nbdkit('nbdkit', 'nbdkit, its file plugin', []),
  nbdkit('nbdkit-cache', 'nbdkit, a file behind its write cache', ['cache=writeback']),
  control(cached('lost-flush', 'the cache, with flushes that are answered and lost', 'lost-flush')),
  control(
    cached('cache-each', 'a cache for each connection, although CAN_MULTI_CONN is said', 'each'),
  ),
  control(nbdkit('nbdkit-unsafe', 'nbdkit, with a cache that ignores flushes', ['cache=unsafe'])),
];

/** For `linearizable`: the disks have `LINEARIZABLE_BYTES` bytes. */
export const LINEARIZABLE_BYTES: number = 64 * 1024;

const MEMORY = `memory:${LINEARIZABLE_BYTES}`;

export const LINEARIZABLE_SERVERS: readonly ServerKind[] = [
  demo('memory', 'demo-server, memory', () => MEMORY),
  demo('file', 'demo-server, a file', ({ disk }) => `file:${disk}`, { tearsInFlight: true }),
  demo('workers', 'demo-server, a file, two threads', ({ disk }) => `file:${disk}`, {
    workers: 2,
    tearsInFlight: true,
  }),
  demo('memory-workers', 'demo-server, memory shared by two threads', () => MEMORY, {
    workers: 2,
    tearsInFlight: true,
  }),
  nbdkit('nbdkit', 'nbdkit, its file plugin', []),
  control(
    demo(
      'lost-write',
      'memory; one write of 500 is answered and lost',
      ({ seed }) => `${MEMORY} | fault:write,chance=0.002,lose,seed=${seed}`,
    ),
  ),
  control(
    demo(
      'torn-write',
      'memory; of one write of 500 only the first 256 bytes are done',
      ({ seed }) => `${MEMORY} | fault:write,chance=0.002,tear=256,seed=${seed}`,
    ),
  ),
  control(cached('cache-each', 'a cache for each connection: the others read what is old', 'each')),
];

interface DemoOptions {
  readonly workers?: number;
  readonly tearsInFlight?: boolean;
}

export function demo(
  name: string,
  about: string,
  spec: (place: Place) => string,
  { workers = 1, tearsInFlight = false }: DemoOptions = {},
): ServerKind {
  return {
    name,
    about,
    sound: true,
    tearsInFlight,
    exportName: 'disk',
    announces: true,
    command: (place) => [
      process.execPath,
      DEMO_SERVER,
      '--log-level=warn',
      `--workers=${workers}`,
      `--listen=nbd+unix:///?socket=${place.socket}`,
      `--export=disk=${spec(place)}`,
    ],
  };
}

function cached(name: string, about: string, mode: 'honest' | 'lost-flush' | 'each'): ServerKind {
  return {
    name,
    about,
    sound: true,
    tearsInFlight: false,
    exportName: 'disk',
    announces: false,
    command: ({ disk, socket }) => typescriptProgram(CACHED_SERVER, [disk, socket, mode]),
  };
}

export function nbdkit(name: string, about: string, cache: readonly string[]): ServerKind {
  return {
    name,
    about,
    sound: true,
    tearsInFlight: true,
    exportName: '',
    announces: false,
    needs: 'nbdkit',
    command: ({ disk, socket }) => [
      'nbdkit',
      '--foreground',
      `--unix=${socket}`,
      ...(cache.length > 0 ? ['--filter=cache'] : []),
      'file',
      disk,
      ...cache,
    ],
  };
}

export function control(kind: ServerKind): ServerKind {
  return { ...kind, sound: false };
}
