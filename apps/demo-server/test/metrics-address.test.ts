/** An address of `--metrics` that cannot be had. That of another program is in `operating.test.ts`. */
import { expect, test } from 'vitest';
import { finish } from './program.ts';

test('one that no machine has is told in one line that says what is wrong, and exits with 1', async () => {
  expect(await finish(['--listen', 'nbd://127.0.0.1:0', '--metrics', '192.0.2.1:0'])).toEqual({
    code: 1,
    stdout: '',
    stderr:
      'nbd-demo-server: --metrics: cannot listen on http://192.0.2.1:0/: this machine does not have that address\n',
  });
});
