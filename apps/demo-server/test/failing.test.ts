import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { finish, WORKERS } from './program.ts';
import { temporaryFolder } from './temporary-folder.ts';

test.each([
  [['--tls', 'require'], '--tls require needs --tls-certificates DIR or --tls-psk FILE'],
  [
    ['--export', `${'n'.repeat(4097)}=null:1`],
    `export "${'n'.repeat(64)}": name: expected at most 4096 bytes of UTF-8, found 4097`,
  ],
  [
    ['--workers', '2', '--export', `${'n'.repeat(4097)}=null:1`],
    `export "${'n'.repeat(64)}": name: expected at most 4096 bytes of UTF-8, found 4097`,
  ],
  [
    ['--export', 'a=memory:1M | fault:write,error=EBUSY'],
    '--export: unknown error "EBUSY", expected one of EPERM, EIO, ENOMEM, EINVAL, ENOSPC, ENOTSUP, ESHUTDOWN in "memory:1M | fault:write,error=EBUSY"',
  ],
  [['--workers', '0'], '--workers: expected a whole number from 1 to 128, found 0'],
])('wrong usage exits with 2 and one line', async (args, message) => {
  expect(await finish(args)).toEqual({
    code: 2,
    stdout: '',
    stderr: `nbd-demo-server: ${message}\n`,
  });
});

test('what a path brings into the message does nothing to a terminal', async () => {
  const { code, stderr } = await finish(['--export', 'a=file:no\u001b[2J\u202e\u2028\nfile']);
  expect(code).toBe(1);
  expect(stderr).toMatch(/^nbd-demo-server: export "a" cannot be opened: no\\u001b\[2J[^\n]+\n$/);
  expect(stderr.trimEnd()).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
});

test('a wrong NBD_LOG_LEVEL is wrong usage', async () => {
  expect(await finish([], { env: { NBD_LOG_LEVEL: 'loud' } })).toMatchObject({
    code: 2,
    stderr:
      'nbd-demo-server: NBD_LOG_LEVEL: expected one of trace, debug, info, warn, error, silent, found "loud"\n',
  });
});

test('a faulty configuration file exits with 2 and names the line', async () => {
  const folder = temporaryFolder();
  writeFileSync(
    join(folder, 'nbd.json'),
    // Some editors begin a file with a mark of its byte order.
    '\uFEFF{\n  "readOnly": true,\n  "maxConnections": "many"\n}\n',
  );

  expect(await finish(['--config', 'nbd.json'], { cwd: folder })).toEqual({
    code: 2,
    stdout: '',
    stderr:
      'nbd-demo-server: nbd.json:3: maxConnections: expected a whole number of at least 1, found "many"\n',
  });
});

test('a configuration file that is not there exits with 2', async () => {
  const { code, stderr } = await finish(['--config', 'nowhere.json'], { cwd: temporaryFolder() });
  expect(code).toBe(2);
  expect(stderr).toMatch(/^nbd-demo-server: nowhere\.json cannot be read: .+\n$/);
});

test.each(WORKERS)(
  'a disk that cannot be opened exits with 1 and one line (workers: %s)',
  async (workers) => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'good.img'), 'good');

    expect(await finish(['--workers', workers, 'good.img', 'bad\n.img'], { cwd: folder })).toEqual({
      code: 1,
      stdout: '',
      stderr:
        'nbd-demo-server: export "bad\\n.img" cannot be opened: bad .img: there is no such file\n',
    });
  },
);

test.each(WORKERS)(
  'a port that is taken exits with 1 and one line (workers: %s)',
  async (workers) => {
    const squatter = createServer();
    onTestFinished(() => void squatter.close());
    await new Promise<void>((resolve) => {
      squatter.listen(0, '127.0.0.1', resolve);
    });
    const { port } = squatter.address() as { readonly port: number };
    const uri = `nbd://127.0.0.1:${port}`;

    expect(
      await finish(['--workers', workers, '--listen', 'nbd://127.0.0.1:0', '--listen', uri]),
    ).toEqual({
      code: 1,
      stdout: '',
      stderr: `nbd-demo-server: cannot listen on ${uri}: another program does already; choose another port, or 0 for any\n`,
    });
  },
);

test('--help and --version go to standard output and exit with 0', async () => {
  const [help, version] = await Promise.all([finish(['--help']), finish(['--version'])]);

  expect(help).toMatchObject({ code: 0, stderr: '' });
  expect(help.stdout).toMatch(/^Usage: nbd-demo-server \[options\] \[FILE\.\.\.\]\n/);
  expect(version).toMatchObject({ code: 0, stderr: '' });
  expect(version.stdout).toMatch(/^\d+\.\d+\.\d+\S*\n$/);
});
