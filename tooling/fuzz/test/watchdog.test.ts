import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const PROGRAM = fileURLToPath(new URL('hanging-program.ts', import.meta.url));

test('what never comes back is ended, and not while there are signs of life', () => {
  const { signal, stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', PROGRAM], {
    encoding: 'utf8',
  });
  expect(stdout).toBe('alive for longer than the limit\n');
  expect(stderr).toContain('HANGS: nothing has come back for 0.5 seconds');
  expect(signal).toBe('SIGKILL');
});
