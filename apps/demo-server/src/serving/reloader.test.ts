import { EventEmitter, once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { memoryDriver } from '@nbd/driver-memory';
import { serve } from '@nbd/server';
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from '../../test/temporary-folder.ts';
import { Reloader } from './reloader.ts';
import type { Serving } from './serving.ts';

test('what is asked for before the server is there is done when it is, and those that follow after it', async () => {
  const path = join(temporaryFolder(), 'keys.psk');
  writeFileSync(path, 'alice:00ff\n');
  const lines: string[] = [];
  const log = new EventEmitter();
  const write = (line: string): void => {
    lines.push((JSON.parse(line) as { readonly msg: string }).msg);
    log.emit('line');
  };
  const reloader = new Reloader(pino({}, { write }), [
    { what: 'TLS', mayHang: false, read: () => (server) => server.reloadTls() },
  ]);
  reloader.reload();
  const server = await serve({
    listen: 'nbd://127.0.0.1:0',
    exports: { disk: memoryDriver({ size: 512 }) },
    tls: { preSharedKeys: path },
  });
  onTestFinished(async () => void (await server.close()));
  expect(lines).toEqual([]);

  writeFileSync(path, 'no key');
  reloader.serveWith(server as unknown as Serving);
  reloader.reload();
  while (lines.length < 2) await once(log, 'line');
  const refused = `TLS: what was read before stays in force: ${path}:1: expected NAME:KEY, the key in hexadecimal`;
  expect(lines).toEqual([refused, refused]);
});
