/**
 * What people and clients write in words: addresses, URIs, exports, settings, keys, tokens. A message is the number of the
 * reader and a text in UTF-8. It is read, or refused with the error that the reader promises; what was read is something that
 * there can be, and means the same when it is written again, where it can be.
 */
import { isDeepStrictEqual } from 'node:util';
import { parseConfig } from '../../../../apps/demo-server/src/settings/config.ts';
import { ProgramError } from '../../../../apps/demo-server/src/program-error.ts';
import { parseSpec } from '../../../../apps/demo-server/src/settings/spec.ts';
import { formatNbdUri, type NbdUri, parseNbdUri } from '../../../../packages/client/src/nbd-uri.ts';
import { formatUri, parseAddress } from '../../../../packages/server/src/address.ts';
import { parseKeys } from '../../../../packages/server/src/tls/pre-shared-keys.ts';
import { bearerOf, bearerProtocols } from '../../../../packages/websocket/src/bearer-protocol.ts';
import type { Chance } from '../chance.ts';
import type { Input } from '../input.ts';
import type { Target } from '../target.ts';
import { addressFault, nameFault } from './text-faults.ts';

interface Reader {
  readonly read: (text: string) => unknown;
  /** Writes what was read. Absent: it cannot be written. */
  readonly write?: (value: never) => string;
  /** What is wrong with what was read, though it was; undefined: nothing is. Absent: anything may come of it. */
  readonly fault?: (value: never) => string | undefined;
  /** What it refuses with; absent: it refuses nothing. */
  readonly refusal?: new (
    ...all: never[]
  ) => Error;
  /** Texts to begin with, and pieces of texts to make others of. */
  readonly samples: readonly string[];
  readonly pieces: readonly string[];
}

const READERS: readonly Reader[] = [
  {
    read: parseNbdUri,
    write: formatNbdUri,
    fault: ({ address, exportName }: NbdUri) => addressFault(address) ?? nameFault(exportName),
    refusal: TypeError,
    samples: [
      'nbds://user@[::1%25eth0]:10809/a%2Fb?tls-type=x509&tls-hostname=h&tls-verify-peer=0&x-y=1',
      'nbd+unix:///disk?socket=%00name&tls-psk-file=/keys&tls-certificates=/pki',
      'nbd+vsock://2:10809/disk',
    ],
    pieces: [
      'nbd',
      's',
      '+unix',
      '+vsock',
      '://',
      '/',
      '?',
      '#',
      '@',
      ':',
      '[::1]',
      '%00',
      '%',
      '%ff',
      '&',
      ';',
      '=',
      '+',
      'socket=',
      'tls-type=psk',
      '0',
      '65535',
      '65536',
      '4294967295',
      '4294967296',
      'localhost',
      'é',
      'x-',
    ],
  },
  {
    read: parseAddress,
    write: formatUri,
    fault: addressFault,
    refusal: TypeError,
    samples: ['nbds://127.0.0.1:0', 'nbd://[::1]/', 'nbd+unix:///?socket=/run/a+b.sock'],
    pieces: [
      'nbd',
      's',
      '+unix',
      '://',
      '/',
      '?',
      '#',
      '@',
      ':',
      '[',
      ']',
      '::1',
      '0',
      '65536',
      'socket=',
      '%2F',
      '%',
      '&',
      ' ',
      '\t',
      'é',
    ],
  },
  {
    read: parseSpec,
    refusal: ProgramError,
    samples: [
      'file:disk.img | readonly | delay:read=5ms,all=1s',
      'memory:64M | fault:write,error=ENOSPC,seed=3,probability=0.5,first=2',
    ],
    pieces: [
      'file:',
      'memory:',
      'null:',
      'pattern:',
      ' | ',
      '|',
      'readonly',
      'delay:',
      'fault:',
      'read',
      'write',
      'all',
      '=',
      ',',
      '5ms',
      '1s',
      '64M',
      '9E',
      '-1',
      'error=',
      'EIO',
      'tear=',
      'corrupt=',
      'seed=',
      '__proto__',
      'constructor',
      '1e400',
      'NaN',
    ],
  },
  {
    read: (text) => parseConfig(text, 'the file'),
    refusal: ProgramError,
    samples: [
      '{"exports": {"disk": {"spec": "memory:1M", "tls": "require"}, "": "null:1G"},\n "listen": ["nbd://[::1]:0"]}',
    ],
    pieces: [
      '{',
      '}',
      '[',
      ']',
      ':',
      ',',
      '"',
      '\\',
      '\\u0000',
      '\\ud800',
      'null',
      'true',
      '1e999',
      '-0',
      '\n',
      '"exports"',
      '"listen"',
      '"tls"',
      '"__proto__"',
      '"workers"',
      '"metrics"',
      '"file:x"',
      '[[[[[[[[',
      '{"a":',
    ],
  },
  {
    read: (text) => parseKeys(text, 'the file'),
    refusal: Error,
    samples: ['alice:0011aabb\nbob:00ff\n'],
    pieces: ['alice', ':', '00', 'ff', '\n', '\r\n', ' ', '#', '\0', 'é'],
  },
  {
    read: (text) => bearerOf(text.split(' ')),
    write: (token: string | undefined) =>
      token === undefined ? '' : bearerProtocols(token).join(' '),
    samples: ['nbd nbd.bearer.dG9rZW4'],
    pieces: ['nbd', 'nbd.bearer.', ' ', 'dG9r', 'ZW4', '=', '-', '_', '/', '+', '____'],
  },
];

export const textsTarget: Target = {
  name: 'texts',
  about: 'readers of URIs, addresses, exports, settings, keys and tokens',
  sources: [
    '/apps/demo-server/src/',
    '/packages/client/src/nbd-uri',
    '/packages/server/src/',
    '/packages/websocket/src/bearer-protocol',
  ],
  seeds: () =>
    READERS.flatMap(({ samples }, number) =>
      samples.map((text) => ({ choices: Uint8Array.of(0), messages: [asMessage(number, text)] })),
    ),
  makeMessage(chance: Chance): Uint8Array {
    const number = chance.below(READERS.length);
    const { pieces = [], samples = [] } = READERS[number] ?? {};
    const count = 1 + chance.small(20);
    const text = Array.from({ length: count }, () => chance.pick(pieces)).join('');
    return asMessage(number, chance.oneIn(3) ? chance.pick(samples) + text : text);
  },
  execute({ messages }: Input): string {
    return messages.map(fate).at(-1) ?? 'nothing';
  },
};

function asMessage(number: number, text: string): Uint8Array {
  return Uint8Array.of(number, ...Buffer.from(text));
}

function fate([number = 0, ...rest]: Uint8Array): string {
  const index = number % READERS.length;
  const { read, write, fault, refusal } = READERS[index] as Reader;
  const text = Buffer.from(rest).toString();
  let value: unknown;
  try {
    value = read(text);
  } catch (error) {
    if (refusal === undefined || (error as Error).constructor !== refusal) throw error;
    // The engine throws TypeErrors, too; those of ours quote what they refuse.
    if (refusal === TypeError && !quotes((error as Error).message, text)) throw error;
    return `${index} refused`;
  }
  const wrong = fault?.(value as never);
  if (wrong !== undefined) throw new Error(`${JSON.stringify(text)} is let through: ${wrong}`);
  if (write === undefined) return `${index}`;
  const written = write(value as never);
  if (!isDeepStrictEqual(read(written), value)) {
    throw new Error(
      `${JSON.stringify(written)} is read as something else than what it was written from`,
    );
  }
  return `${index}`;
}

function quotes(message: string, text: string): boolean {
  return message.includes(text) || message.includes(JSON.stringify(text));
}
