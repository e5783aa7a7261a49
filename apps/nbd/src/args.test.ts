import { expect, test } from 'vitest';
import { parseArgs } from './args.ts';

const URI = 'nbd://127.0.0.1/disk';

function fault(...args: readonly string[]): unknown {
  try {
    return parseArgs(args, '1.2.3');
  } catch (error) {
    return error;
  }
}

test('a copy without options has those that the help tells of', () => {
  expect(parseArgs(['copy', URI, 'disk.img'], '1.2.3')).toMatchObject({
    kind: 'copy',
    source: URI,
    destination: 'disk.img',
    allocated: false,
    destinationIsZero: false,
    sparse: 4096,
    flush: true,
    connections: 2,
    requests: 8,
    requestSize: 2 * 2 ** 20,
    progress: true,
    json: false,
  });
});

test('every option of copy is heard', () => {
  const words =
    '--allocated --destination-is-zero --sparse 64K --no-flush --connections 3 --requests 9 --request-size 64K --no-progress --json';
  expect(parseArgs(['copy', ...words.split(' '), '-', URI], '1.2.3')).toMatchObject({
    allocated: true,
    destinationIsZero: true,
    sparse: 65_536,
    flush: false,
    connections: 3,
    requests: 9,
    requestSize: 65_536,
    progress: false,
    json: true,
  });
});

test('the options of map, dump and list are heard', () => {
  expect(parseArgs(['map', URI], '')).toMatchObject({ context: 'base:allocation', totals: false });
  expect(parseArgs(['map', '--context', 'a:b', '--totals', URI], '')).toMatchObject({
    context: 'a:b',
    totals: true,
  });
  expect(parseArgs(['dump', URI], '')).toMatchObject({ offset: 0, length: undefined });
  expect(parseArgs(['dump', '--offset', '4K', '--length', '0', URI], '')).toMatchObject({
    offset: 4096,
    length: 0,
  });
  expect(parseArgs(['list', '-l', '--json', URI], '')).toMatchObject({ long: true, json: true });
});

test('options about TLS become credentials', () => {
  const tls =
    '--tls-certificates /pki --tls-psk-file keys.psk --tls-hostname example --insecure'.split(' ');
  expect(parseArgs(['info', ...tls, 'nbds://10.0.0.1'], '')).toMatchObject({
    access: {
      uriMayNameFiles: true,
      credentials: {
        certificates: '/pki',
        pskFile: 'keys.psk',
        hostname: 'example',
        verifyPeer: false,
      },
    },
  });
  expect(parseArgs(['info', 'nbds://10.0.0.1'], '')).not.toHaveProperty(
    'access.credentials.verifyPeer',
  );
});

test.each([
  [[], 'expected a command: info, list, map, dump, copy or volume; try --help'],
  [['frob'], "unknown command 'frob'; try --help"],
  [['info'], "missing required argument 'URI'; try --help"],
  [['info', 'a', 'b'], 'too many arguments'],
  [['info', '--jsno', URI], "unknown option '--jsno'"],
  [['info', 'disk.img'], '"disk.img": expected nbd://HOST'],
  [['map', 'nbd+unix:///x'], 'nbd+unix:///x: expected socket=PATH'],
  [['copy', 'a'], "missing required argument 'DST'; try --help"],
  [['copy', 'nbd:host:10809', 'b'], '"nbd:host:10809": expected nbd://HOST'],
  [['copy', '--json', URI, '-'], '--json: standard output is the destination already'],
  [['copy', '--request-size', '33M', URI, 'b'], '--request-size: expected 512 to 32M'],
  [['copy', '--sparse', '1000', URI, 'b'], '--sparse: expected 0, or a power of two from 512'],
  [
    ['copy', '--requests', '0', URI, 'b'],
    "'0' is invalid: expected a whole number of 1 to 1024; try --help",
  ],
  [
    ['dump', '--offset', '1.5G', URI],
    "'1.5G' is invalid: expected bytes, such as 512 or 64K; try --help",
  ],
  [['info', '--insecure', URI], '--insecure needs a URI with TLS: nbds:// or nbds+unix://'],
  [
    ['copy', '--tls-psk-file', 'k', URI, 'b'],
    '--tls-psk-file needs a URI with TLS: nbds:// or nbds+unix://',
  ],
])('%j is wrong usage', (args, message) => {
  const error = fault(...args);
  expect(error).toMatchObject({ code: 'wrong-usage', exitCode: 2 });
  expect(error).toHaveProperty('line', expect.stringContaining(message));
});

test('TLS for one of two servers is enough', () => {
  expect(fault('copy', '--insecure', URI, 'nbds://10.0.0.1')).toMatchObject({ kind: 'copy' });
});

test('help and version are there to be printed', () => {
  expect(parseArgs(['--version'], '1.2.3')).toEqual({ kind: 'print', text: '1.2.3\n' });
  for (const command of ['info', 'list', 'map', 'dump', 'copy', 'volume']) {
    const help = parseArgs([command, '--help'], '');
    expect(help).toMatchObject({ kind: 'print' });
    const text = help.kind === 'print' ? help.text : '';
    expect(text).toMatch(new RegExp(`^Usage: nbd ${command} (?:COMMAND )?\\[options\\]`));
    expect(Math.max(...text.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(100);
  }
});
