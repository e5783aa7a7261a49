import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { memoryDriver } from '@nbd/driver-memory';
import { expect, test } from 'vitest';
import { runHere } from './run-here.ts';
import { serveHere, TCP, temporaryFolder } from './served.ts';

const CAN_ALL_BUT_CACHE = {
  write: true,
  flush: true,
  fua: true,
  trim: true,
  zero: true,
  fastZero: true,
  cache: false,
  resize: true,
  multiConn: true,
};

test('info tells in words what an export is and can do', async () => {
  const disk = { driver: memoryDriver({ size: 64 * 2 ** 20 + 512 }), description: 'for trying' };
  const uri = await serveHere({ disk }, { listen: TCP });

  expect(await runHere(['info', uri('disk')])).toMatchObject({
    code: 0,
    stderr: '',
    stdout: `${uri('disk')}
  export       disk
  description  for trying
  size         64 MiB (67,109,376 bytes)
  can          write, flush, FUA, trim, zero, fast zero, resize, multi-conn
  cannot       cache
  block size   1 byte minimum, 4 KiB preferred, 32 MiB maximum
  rotational   no
  contexts     base:allocation
  framing      extended
  tls          no: in the clear
`,
  });
});

test('info --json has the fields that the README promises', async () => {
  const uri = await serveHere({ disk: memoryDriver({ size: 2 ** 40 }) }, { listen: TCP });
  const { code, stdout } = await runHere(['info', '--json', uri('disk')]);

  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toEqual({
    uri: uri('disk'),
    name: 'disk',
    size: 2 ** 40,
    rotational: false,
    can: CAN_ALL_BUT_CACHE,
    blockSize: { minimum: 1, preferred: 4096, payloadMax: 32 * 2 ** 20 },
    contexts: ['base:allocation'],
    framing: 'extended',
  });
});

test('what a server says cannot act on the terminal', async () => {
  const uri = await serveHere({
    disk: { driver: memoryDriver({ size: 0 }), description: '\u001b[2Jgone\u202e\nexport  safe' },
  });
  const shown = await runHere(['info', uri('disk')]);
  const asJson = await runHere(['info', '--json', uri('disk')]);

  expect(shown.stdout).toContain('\\u001b[2Jgone\\u202e\\u000aexport  safe');
  expect(asJson.stdout).not.toMatch(/[^\n\P{C}]/u);
  expect(JSON.parse(asJson.stdout)).toMatchObject({
    description: '\u001b[2Jgone\u202e\nexport  safe',
  });
});

test('info over TLS tells how the connection is protected (K-011)', async () => {
  const key = '000102030405060708090a0b0c0d0e0f';
  const file = join(temporaryFolder(), 'keys.psk');
  writeFileSync(file, `alice:${key}\n`);
  const preSharedKeys = new Map([['alice', Buffer.from(key, 'hex')]]);
  const uri = await serveHere(
    { disk: memoryDriver({ size: 512 }) },
    { listen: 'nbds://127.0.0.1:0', tls: { preSharedKeys } },
  );
  const named = uri('disk').replace('//', '//alice@');

  const { code, stdout, stderr } = await runHere(['info', '--tls-psk-file', file, named]);
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(/^ {2}tls {10}TLSv1\.[23], \S+, the server is verified$/m);

  const asJson = await runHere(['info', '--json', '--tls-psk-file', file, named]);
  expect(JSON.parse(asJson.stdout)).toMatchObject({ tls: { verified: true } });

  const inTheClear = await runHere(['info', named.replace('nbds:', 'nbd:')]);
  expect(inTheClear).toMatchObject({ code: 1, stdout: '' });
  expect(inTheClear.stderr).toMatch(/^nbd: .*ERR_TLS_REQD.*; give a URI that begins with nbds\n$/);

  const without = await runHere(['info', uri('disk')]);
  expect(without.code).toBe(1);
  expect(without.stderr).toMatch(
    /^nbd: TLS with the server failed: SSL routines: .+; it may ask for a key: give --tls-psk-file FILE\n$/,
  );
});

test('an export that is not there exits with 1 and one line', async () => {
  const uri = await serveHere({ disk: memoryDriver({ size: 512 }) });
  const { code, stdout, stderr } = await runHere(['info', uri('disc')]);

  expect([code, stdout]).toEqual([1, '']);
  expect(stderr).toMatch(/^nbd: .*disc.*\n$/);
});
