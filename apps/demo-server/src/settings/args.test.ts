import { expect, test } from 'vitest';
import { type Invocation, parseArgs } from './args.ts';
import { ProgramError } from '../program-error.ts';

function parse(...args: readonly string[]): Invocation {
  return parseArgs(args, '1.2.3');
}

test('no arguments are no settings', () => {
  expect(parse()).toEqual({ kind: 'serve', settings: {}, config: undefined });
});

test('every option arrives in its setting', () => {
  const words = [
    ['--listen', 'nbd://127.0.0.1:0', 'a.img', '--listen=nbd+unix:///?socket=/run/nbd.sock'],
    ['--export', '=memory:1M', '--export', 'b=file:x=y.img | readonly', 'dir/b.img'],
    ['--config', 'nbd.json', '--read-only', '--max-connections', '5', '--workers', '4'],
    ['--handshake-timeout', '2.5', '--shutdown-timeout', '0'],
    ['--limit', 'payloadBytesMax=1M', '--limit=idleTimeout=1.5'],
    ['--metrics', '[::1]:9100', '--socket-mode', '600'],
    ['--log-level', 'debug', '--log-format', 'json'],
    ['--tls', 'on', '--tls-certificates', 'pki', '--tls-verify-peer', '--tls-psk', 'keys.psk'],
  ];

  const invocation = parse(...words.flat());

  expect(invocation).toEqual({
    kind: 'serve',
    config: 'nbd.json',
    settings: {
      listen: ['nbd://127.0.0.1:0', 'nbd+unix:///?socket=/run/nbd.sock'],
      files: ['a.img', 'dir/b.img'],
      exports: new Map<string, unknown>([
        ['', { driver: { kind: 'memory', size: 1024 * 1024 }, filters: [] }],
        ['b', { driver: { kind: 'file', path: 'x=y.img' }, filters: [{ kind: 'readonly' }] }],
      ]),
      readOnly: true,
      tls: 'on',
      tlsCertificates: 'pki',
      tlsVerifyPeer: true,
      tlsPsk: 'keys.psk',
      maxConnections: 5,
      workers: 4,
      handshakeTimeout: 2.5,
      shutdownTimeout: 0,
      limits: { payloadBytesMax: 2 ** 20, idleTimeout: 1500 },
      metrics: { host: '::1', port: 9100 },
      socketMode: 0o600,
      logLevel: 'debug',
      logFormat: 'json',
    },
  });
});

test('behind "--" everything is a FILE', () => {
  expect(parse('--', '--read-only')).toMatchObject({ settings: { files: ['--read-only'] } });
});

test.each(['--version', '-V'])('%s is the version and nothing else', (option) => {
  expect(parse(option)).toEqual({ kind: 'print', text: '1.2.3\n' });
});

const OPTIONS = [
  '--export',
  '--read-only',
  '--config',
  '--listen',
  '--tls',
  '--tls-certificates',
  '--tls-verify-peer',
  '--tls-psk',
  '--max-connections',
  '--workers',
  '--metrics',
  '--limit',
  '--socket-mode',
  '--handshake-timeout',
  '--shutdown-timeout',
  '--log-level',
  '--log-format',
  '--version',
  '--help',
];

test.each(['--help', '-h'])('%s shows every option, and none that is not there', (option) => {
  const help = parse(option);
  if (help.kind !== 'print') throw new Error('expected a text to print');

  const shown = new Set(Array.from(help.text.matchAll(/^ .*?(--[a-z-]+)\b/gm), ([, name]) => name));
  expect(shown).toEqual(new Set(OPTIONS));
  expect(help.text).not.toMatch(/https|cow/i);
  expect(Math.max(...help.text.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(100);
});

test.each([
  [['--tls', 'maybe'], '--tls: expected one of off, on, require, found "maybe"'],
  [['--workload', '4'], "unknown option '--workload'; try --help"],
  [
    ['--metrics', 'localhost'],
    '--metrics: expected HOST:PORT, such as 127.0.0.1:9100, found "localhost"',
  ],
  [['--read-onyl'], "unknown option '--read-onyl' (Did you mean --read-only?); try --help"],
  [['--export'], "option '--export <NAME=SPEC>' argument missing; try --help"],
  [['a.img', ''], 'FILE: expected a path, found ""'],
  [
    ['--export', 'disk.img'],
    '--export: expected NAME=SPEC, such as disk=file:disk.img, found "disk.img"',
  ],
  [['--export', 'a=null:1', '--export', 'a=null:2'], '--export: "a" is there twice'],
  [
    ['--export', 'a=gs://b/v'],
    '--export: unknown driver "gs" in "gs://b/v": this server knows file, dir, memory, null, pattern, s3',
  ],
  [
    ['--listen', '127.0.0.1:10809'],
    '--listen: "127.0.0.1:10809" is not an address: expected nbd://HOST:PORT or nbd+unix:///?socket=PATH',
  ],
  [['--max-connections', '0'], '--max-connections: expected a whole number of at least 1, found 0'],
  [
    ['--max-connections', '1e3'],
    '--max-connections: expected a whole number of at least 1, found "1e3"',
  ],
  [
    ['--handshake-timeout', '-1'],
    '--handshake-timeout: expected seconds from 0 to 2147483, found "-1"',
  ],
  [
    ['--limit', 'idleTimeout'],
    '--limit: expected NAME=VALUE, such as payloadBytesMax=1M, found "idleTimeout"',
  ],
  [
    ['--limit', 'idleTimeout=1', '--limit', 'idleTimeout=2'],
    '--limit: "idleTimeout" is there twice',
  ],
  [
    ['--limit', 'idleTimeout=soon'],
    '--limit idleTimeout: expected seconds from 0 to 2147483, found "soon"',
  ],
  [
    ['--limit', 'inFlightMax=0'],
    '--limit inFlightMax: expected a whole number of at least 1, found "0"',
  ],
  [['--shutdown-timeout', ''], '--shutdown-timeout: expected seconds from 0 to 2147483, found ""'],
  [
    ['--log-level', 'loud'],
    '--log-level: expected one of trace, debug, info, warn, error, silent, found "loud"',
  ],
])('%j is wrong usage, told in one line', (args, message) => {
  expect(() => parse(...args)).toThrow(new ProgramError('wrong-usage', message));
});
