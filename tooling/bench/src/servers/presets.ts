/**
 * The servers that this tool knows how to start. The templates are those of `--server NAME=COMMAND`.
 */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { findProgram } from './child-processes.ts';

export interface Preset {
  /**
   * The template of the command line. $CONFIG and $PIDFILE are files beside the others; $CERTIFICATES is
   * the folder with the server's, and says that clients come with TLS.
   */
  readonly command: string;
  /** What must be there: programs on the path, or files. */
  readonly needs: readonly Need[];
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
  new URL('../../../../apps/demo-server/dist/main.js', import.meta.url),
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
const OPENSSL: Need = program('openssl');
const OURS_TLS = '--tls-certificates $CERTIFICATES --tls require';
const NBDKIT_TLS = '--tls=require --tls-certificates=$CERTIFICATES ';

export const PRESETS: ReadonlyMap<string, Preset> = new Map([
  ['ours-memory', { command: `${OURS} --export =memory:$SIZE`, needs: [BUILD] }],
  ['ours-file', { command: `${OURS} --export '=file:$FILE'`, needs: [BUILD] }],
  ['ours-file-workers', { command: `${OURS} --workers 2 --export '=file:$FILE'`, needs: [BUILD] }],
  [
    'ours-memory-tls',
    { command: `${OURS} ${OURS_TLS} --export =memory:$SIZE`, needs: [BUILD, OPENSSL] },
  ],
  ['nbdkit-memory', nbdkit('', 'memory $SIZE')],
  ['nbdkit-memory-t1', nbdkit('-t 1 ', 'memory $SIZE')],
  ['nbdkit-memory-tls', nbdkit(NBDKIT_TLS, 'memory $SIZE', OPENSSL)],
  ['nbdkit-memory-tls-t1', nbdkit(`-t 1 ${NBDKIT_TLS}`, 'memory $SIZE', OPENSSL)],
  ['nbdkit-null', nbdkit('', 'null $SIZE')],
  ['nbdkit-file', nbdkit('', 'file $FILE')],
  ['nbdkit-file-t1', nbdkit('-t 1 ', 'file $FILE')],
  ['qemu-nbd', { command: `${QEMU_NBD} ${QEMU_LISTEN} $FILE`, needs: [program('qemu-nbd')] }],
  [
    'qemu-nbd-uring',
    { command: `${QEMU_NBD} --aio=io_uring ${QEMU_LISTEN} $FILE`, needs: [program('qemu-nbd')] },
  ],
  [
    'nbd-server',
    {
      command: 'nbd-server -C $CONFIG -p $PIDFILE',
      needs: [program('nbd-server')],
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
  const lacks = needs.flatMap((need) => lackOfNeed(need, searchPath) ?? []);
  return lacks.length === 0 ? undefined : lacks.join('; ');
}

function lackOfNeed(need: Need, searchPath: string): string | undefined {
  if (need.kind === 'file') {
    return existsSync(need.path) ? undefined : `${need.path} is missing: ${need.hint}`;
  }
  return findProgram(need.name, searchPath) === undefined
    ? `${need.name} is not on this machine`
    : undefined;
}

function nbdkit(flags: string, plugin: string, ...more: readonly Need[]): Preset {
  const command = `nbdkit -f ${flags}${NBDKIT_LISTEN} ${plugin}`;
  return { command, needs: [program('nbdkit'), ...more] };
}

function program(name: string): Need {
  return { kind: 'program', name };
}
