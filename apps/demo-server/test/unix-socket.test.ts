import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { finish, start, WORKERS } from './program.ts';
import { RawClient } from './raw-client.ts';
import { temporaryFolder } from './temporary-folder.ts';

describe.each(WORKERS)('workers: %s', (workers) => {
  function socketIn(folder: string): { readonly path: string; readonly args: readonly string[] } {
    const path = join(folder, 'nbd.sock');
    return {
      path,
      args: [
        '--listen',
        `nbd+unix:///?socket=${path}`,
        '--log-level',
        'warn',
        '--workers',
        workers,
      ],
    };
  }

  test('a Unix socket has mode 0660, and is removed at the end', async () => {
    const { path, args } = socketIn(temporaryFolder());
    const program = start(args);

    const [uri = ''] = await program.listening();
    expect(uri).toBe(`nbd+unix:///demo?socket=${path}`);
    expect(statSync(path).mode & 0o777).toBe(0o660);
    expect(await (await RawClient.connect(uri)).go('demo')).toMatchObject({
      size: 64 * 1024 * 1024,
    });

    program.signal('SIGTERM');
    expect(await program.ended).toMatchObject({ code: 0 });
    expect(existsSync(path)).toBe(false);
  });

  test('--socket-mode says which mode', async () => {
    const { path, args } = socketIn(temporaryFolder());
    await start([...args, '--socket-mode', '602']).listening();
    expect(statSync(path).mode & 0o777).toBe(0o602);
  });

  test('a live socket is refused and left alone, a dead one is replaced', async () => {
    const { path, args } = socketIn(temporaryFolder());
    const first = start(args);
    const [uri = ''] = await first.listening();

    expect(await finish(args)).toEqual({
      code: 1,
      stdout: '',
      stderr: `nbd-demo-server: cannot listen on nbd+unix:///?socket=${path}: another server is listening on ${path}\n`,
    });
    await RawClient.connect(uri);

    first.signal('SIGKILL');
    await first.ended;
    expect(existsSync(path)).toBe(true);
    await start(args).listening();
    await RawClient.connect(uri);
  });

  test('a file that is no socket is refused and left alone', async () => {
    const { path, args } = socketIn(temporaryFolder());
    writeFileSync(path, 'precious');

    expect(await finish(args)).toMatchObject({
      code: 1,
      stderr: `nbd-demo-server: cannot listen on nbd+unix:///?socket=${path}: ${path} is there already, and it is not a socket\n`,
    });
    expect(readFileSync(path, 'utf8')).toBe('precious');
  });
});
