import { expect, test } from 'vitest';
import { hints } from './hints.ts';

test('the lines to try a TCP address need no change', () => {
  const text = hints({ kind: 'tcp', host: '127.0.0.1', port: 4711 }, 'demo');

  expect(text).toContain('\n  nbdinfo nbd://127.0.0.1:4711/demo\n');
  expect(text).toContain('\n  nbd-client 127.0.0.1 4711 /dev/nbd0 -name demo\n');
});

test('the default export without a name is not named', () => {
  const text = hints({ kind: 'tcp', host: '::1', port: 10809 }, '');

  expect(text).toContain("\n  nbdinfo 'nbd://[::1]:10809'\n");
  expect(text).toContain('\n  nbd-client ::1 10809 /dev/nbd0\n');
});

test('names and paths are quoted for the shell', () => {
  const text = hints({ kind: 'unix', path: '/tmp/my nbd.sock' }, "it's");

  expect(text).toContain("  nbdinfo 'nbd+unix:///it'\\''s?socket=/tmp/my%20nbd.sock'\n");
  expect(text).toContain("  nbd-client -unix '/tmp/my nbd.sock' /dev/nbd0 -name 'it'\\''s'\n");
});
