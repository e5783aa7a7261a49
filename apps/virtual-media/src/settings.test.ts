import { expect, test } from 'vitest';
import { readArgs, type Settings } from './settings.ts';

function readSettings(args: readonly string[]): Settings | undefined {
  const wish = readArgs(args);
  return wish.kind === 'serve' ? wish.settings : undefined;
}

test('without arguments everything is on the loopback, with a token that nobody can guess', () => {
  const [one, other] = [readSettings([]), readSettings([])];
  expect(one).toMatchObject({ host: '127.0.0.1', port: 8080, listen: 'nbd://127.0.0.1:10809' });
  expect(one?.token).toMatch(/^[\w-]{22}$/);
  expect(one?.token).not.toBe(other?.token);
});

test('arguments are taken as they are', () => {
  const args = ['--listen', 'nbd+unix:///?socket=a', '--host', '::1', '--port=0', '--token', 't'];
  expect(readSettings(args)).toEqual({
    listen: 'nbd+unix:///?socket=a',
    host: '::1',
    port: 0,
    token: 't',
  });
});

test('help and the version are told in place of serving, whatever else there is', () => {
  for (const word of ['--help', '-h']) expect(readArgs([word])).toEqual({ kind: 'help' });
  for (const word of ['--version', '-V']) expect(readArgs([word])).toEqual({ kind: 'version' });
  expect(readArgs(['--version', '--port', 'x'])).toEqual({ kind: 'version' });
  expect(readArgs(['--version', '--help'])).toEqual({ kind: 'help' });
});

test.each([
  [['--port', '65536'], '--port: expected a number of 0 to 65535, found "65536"'],
  [['--port', 'x'], 'found "x"'],
  [['--token', ''], '--token: expected a text, found none'],
  [['--host', ''], '--host: expected a name or an address, found none'],
  [['--listen', '127.0.0.1:10809'], '--listen: "127.0.0.1:10809" is not an address'],
  [['--listen', 'nbds://127.0.0.1:1'], '--listen: nbds://127.0.0.1:1: a bridge passes on bytes'],
  [['--listen', 'nbd+unix:///'], '--listen: nbd+unix:///: expected socket=PATH'],
  [['--tokens', 'a'], "Unknown option '--tokens'; try --help"],
  [['disk.iso'], "Unexpected argument 'disk.iso'; try --help"],
  [['--port'], "Option '--port <value>' argument missing; try --help"],
])('%j is refused', (args, expected) => {
  expect(() => readArgs(args)).toThrow(expected);
});
