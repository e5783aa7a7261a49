/**
 * The servers that this tool knows how to start. The templates are those of `--server NAME=COMMAND`.
 */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { findProgram } from './child-processes.ts';

export interface Preset {
  /** The template of the command line. $CONFIG and $PIDFILE are files beside the others. */
  readonly command: string;
  /** What must be there: a program on the path, or a file. */
  readonly needs: Need;
  /** The template of the file $CONFIG. */
  readonly config?: string;
  /** Default: the default export, whose name is empty. */
  readonly exportName?: string;
}

export type Need =
  | { readonly kind: 'program'; readonly name: string }
  /** `hint`: how to get it. */
  | { readonly kind: 'file'; readonly path: string; readonly hint: string };

const DEMO_SERVER = fileURLToPath(
  new URL('../../../apps/demo-server/dist/main.js', import.meta.url),
);

const OURS =
  `'${process.execPath}' '${DEMO_SERVER}' ` +
  "{unix:--listen 'nbd+unix:///?socket=$SOCK'}{tcp:--listen nbd://127.0.0.1:$PORT} --log-level error";
const NBDKIT_LISTEN = '{unix:-U $SOCK}{tcp:-i 127.0.0.1 -p $PORT}';
const QEMU_NBD = 'qemu-nbd -t -e 128 -f raw --cache=writeback';
const QEMU_LISTEN = '{unix:-k $SOCK}{tcp:-b 127.0.0.1 -p $PORT}';

const NBD_SERVER_CONFIG = `[generic]
{unix:unixsock = $SOCK}
listenaddr = 127.0.0.1
port = $PORT
allowlist = true
max_threads = 16
[default]
exportname = $FILE
`;

const BUILD: Need = { kind: 'file', path: DEMO_SERVER, hint: 'build demo-server first' };

export const PRESETS: ReadonlyMap<string, Preset> = new Map([
  ['ours-memory', { command: `${OURS} --export =memory:$SIZE`, needs: BUILD }],
  ['ours-file', { command: `${OURS} --export '=file:$FILE'`, needs: BUILD }],
  ['nbdkit-memory', nbdkit('', 'memory $SIZE')],
  ['nbdkit-memory-t1', nbdkit('-t 1 ', 'memory $SIZE')],
  ['nbdkit-null', nbdkit('', 'null $SIZE')],
  ['nbdkit-file', nbdkit('', 'file $FILE')],
  ['nbdkit-file-t1', nbdkit('-t 1 ', 'file $FILE')],
  ['qemu-nbd', { command: `${QEMU_NBD} ${QEMU_LISTEN} $FILE`, needs: program('qemu-nbd') }],
  [
    'qemu-nbd-uring',
    { command: `${QEMU_NBD} --aio=io_uring ${QEMU_LISTEN} $FILE`, needs: program('qemu-nbd') },
  ],
  [
    'nbd-server',
    {
      command: 'nbd-server -C $CONFIG -p $PIDFILE',
      needs: program('nbd-server'),
      config: NBD_SERVER_CONFIG,
      exportName: 'default',
    },
  ],
]);

/** What a preset waits for on this machine, in one line; undefined if nothing. */
export function lackOf(
  { needs }: Preset,
  searchPath: string = process.env['PATH'] ?? '',
): string | undefined {
  if (needs.kind === 'file') {
    return existsSync(needs.path) ? undefined : `${needs.path} is missing: ${needs.hint}`;
  }
  return findProgram(needs.name, searchPath) === undefined
    ? `${needs.name} is not on this machine`
    : undefined;
}

function nbdkit(flags: string, plugin: string): Preset {
  return { command: `nbdkit -f ${flags}${NBDKIT_LISTEN} ${plugin}`, needs: program('nbdkit') };
}

function program(name: string): Need {
  return { kind: 'program', name };
}
