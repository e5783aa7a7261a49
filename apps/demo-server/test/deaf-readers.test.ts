/** Nobody reads what the program says: that costs what was said, and no disk. */
import { closeSync, openSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { finish, start } from './program.ts';
import { RawClient } from './raw-client.ts';

/** A device on which nothing can be written for want of space. */
function fullDevice(): number {
  const descriptor = openSync('/dev/full', 'w');
  onTestFinished(() => closeSync(descriptor));
  return descriptor;
}

const LISTEN = ['--listen', 'nbd://127.0.0.1:0'];

test.each(['text', 'json'])(
  'a log in %s that cannot be written does not end the server',
  async (format) => {
    const program = start([...LISTEN, '--log-format', format], { stderr: fullDevice() });
    const [uri = ''] = await program.listening();
    const client = await RawClient.connect(uri);
    expect(await client.go('demo')).toMatchObject({ size: 64 * 1024 * 1024 });

    program.signal('SIGTERM');
    expect(await program.ended).toMatchObject({ code: 0 });
  },
);

test('ready lines that cannot be written end the program with 1 and one line', async () => {
  const { code, stderr } = await finish([...LISTEN, '--log-level', 'warn'], {
    stdout: fullDevice(),
  });
  expect(code).toBe(1);
  expect(stderr).toMatch(/^nbd-demo-server: standard output: .*\n$/);
});
