import { expect, test } from 'vitest';
import { start } from './program.ts';

const workers = process.env['NBD_WAY'] === 'workers' ? 2 : 1;

test(`programs of this suite have ${workers} worker threads, unless told otherwise`, async () => {
  const program = start(['--listen', 'nbd://127.0.0.1:0', '--export', 'disk=memory:1M']);
  await program.listening();
  await program.says('ready');
  program.signal('SIGTERM');
  const { stderr } = await program.ended;
  expect(stderr.includes('"workers":2')).toBe(workers === 2);
});
