/** What the command line says. */
import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { parseListen } from '@nbd/bridge';

export interface Settings {
  /** Where the page is. Port 0 is any that is free. */
  readonly host: string;
  readonly port: number;
  /** Where NBD clients find the file. */
  readonly listen: string;
  readonly token: string;
}

export const HELP = `virtual-media: lends a file of a browser tab to NBD clients as a disk

  --listen URI   where clients find it, default nbd://127.0.0.1:10809; or nbd+unix:///?socket=PATH
  --host HOST    where the page is, default 127.0.0.1
  --port PORT    default 8080; 0 is any that is free
  --token TOKEN  what pages must show, default a new one for each start
  -h, --help     show this
  -V, --version  show the version`;

const PORT_MAX = 65_535;

/** What the arguments ask for: to serve, or only to be told something. */
export type Wish = { readonly kind: 'serve'; readonly settings: Settings } | TellingWish;

interface TellingWish {
  readonly kind: 'help' | 'version';
}

/**
 * Reads the arguments.
 *
 * @throws TypeError that says what is wrong
 */
export function readArgs(args: readonly string[]): Wish {
  const words = wordsOf(args);
  if (words.help) return { kind: 'help' };
  if (words.version) return { kind: 'version' };
  return { kind: 'serve', settings: settingsIn(words) };
}

function settingsIn(words: Words): Settings {
  const { listen, host, port, token } = words;
  checkListen(listen);
  if (host === '') throw new TypeError('--host: expected a name or an address, found none');
  if (!/^\d{1,5}$/.test(port) || Number(port) > PORT_MAX) {
    throw new TypeError(
      `--port: expected a number of 0 to ${PORT_MAX}, found ${JSON.stringify(port)}`,
    );
  }
  if (token === '') throw new TypeError('--token: expected a text, found none');
  return { listen, host, port: Number(port), token };
}

interface Words {
  readonly listen: string;
  readonly host: string;
  readonly port: string;
  readonly token: string;
  readonly help: boolean;
  readonly version: boolean;
}

function wordsOf(args: readonly string[]): Words {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        listen: { type: 'string', default: 'nbd://127.0.0.1:10809' },
        host: { type: 'string', default: '127.0.0.1' },
        port: { type: 'string', default: '8080' },
        token: { type: 'string', default: randomBytes(16).toString('base64url') },
        help: { type: 'boolean', short: 'h', default: false },
        version: { type: 'boolean', short: 'V', default: false },
      },
    });
    return values;
  } catch (error) {
    const [line = ''] = (error as Error).message.split('. ');
    throw new TypeError(`${line}; try --help`, { cause: error });
  }
}

function checkListen(listen: string): void {
  try {
    parseListen(listen);
  } catch (error) {
    throw new TypeError(`--listen: ${(error as Error).message}`, { cause: error });
  }
}
