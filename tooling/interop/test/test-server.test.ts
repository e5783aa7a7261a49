/** QEMU and libnbd as guests of the server for tests: what they say of faults, and what the server has written down. */
import { testServer } from '@nbd/testing';
import { expect, it } from 'vitest';
import { type Outcome, tryTool } from '../src/run-tool.ts';
import { needTools } from '../src/tools.ts';

needTools('qemu-io', 'nbdcopy');

/** It flushes once, at its end. */
function qemuIo(uri: string, command: string): Promise<Outcome> {
  return tryTool('qemu-io', ['-f', 'raw', '-t', 'writeback', '-c', command, uri]);
}

it('qemu hears of a full disk, at the third write over a sector', async () => {
  await using server = await testServer({ size: 2 ** 20 });
  const full = { on: 'write', touching: { offset: 4096, length: 512 }, nth: 3 } as const;
  server.faults.add({ ...full, fail: 'ENOSPC' });
  const outcomes = [];
  for (const command of ['write 0 8k', 'write 8k 4k', 'write 4k 512', 'write 2k 4k']) {
    outcomes.push(await qemuIo(server.uri, command));
  }
  expect(outcomes.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0, 1]);
  expect(outcomes[3]?.stdout).toContain('No space left on device');
  const writes = [...server.history].filter(({ command }) => command === 'WRITE');
  expect(writes.map(({ answer }) => answer)).toEqual(['ok', 'ok', 'ok', 'ENOSPC']);
});

it('what qemu has flushed is there after a crash, unless the flush was a lie', async () => {
  await using server = await testServer({ size: 2 ** 20 });
  await qemuIo(server.uri, 'write -P 7 0 4k');
  server.faults.add({ on: 'flush', lose: true });
  await qemuIo(server.uri, 'write -P 8 4k 4k');
  await server.history.until(
    (all) => all.at(-1)?.command === 'DISC' && all.at(-1)?.connection === 2,
  );
  expect(server.history.lines.slice(-3)).toEqual([
    '#2 WRITE 4096 at 4096 -> ok',
    '#2 FLUSH -> ok',
    '#2 DISC',
  ]);
  expect(await server.crash({ keep: 'none' })).toEqual({ unflushedSectors: 8, lostSectors: 8 });
  expect(await qemuIo(server.uri, 'read -P 7 0 4k')).toMatchObject({ exitCode: 0 });
  expect(await qemuIo(server.uri, 'read -P 0 4k 4k')).toMatchObject({ exitCode: 0 });
});

it('libnbd copies what comes in another order, and gives up when the connection is cut', async () => {
  await using server = await testServer({ size: 2 ** 20 });
  await server.disk.driver.write?.(new Uint8Array(2 ** 20).fill(1), 0, { fua: false });
  const copy = [
    '--connections=1',
    '--request-size=65536',
    '--requests=8',
    '--no-extents',
    server.uri,
    'null:',
  ];
  const reorder = server.faults.add({ on: 'read', reorder: [4, 2, 3, 1] });
  expect(await tryTool('nbdcopy', copy)).toMatchObject({ exitCode: 0 });
  expect(reorder.hits).toBe(16);
  server.faults.clear();
  server.faults.add({ on: 'read', nth: 5, cut: 'in the payload' });
  expect(await tryTool('nbdcopy', copy)).not.toMatchObject({ exitCode: 0 });
  expect(server.history.lines.filter((line) => line.endsWith('lost'))).not.toEqual([]);
});
