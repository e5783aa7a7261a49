/** A file of a page is a disk for the clients of today, one after the other, behind a bridge. */
import { openAsBlob } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openBridge, refuse, sameToken } from '@nbd/bridge';
import { NBDServer } from '@nbd/virtual-media';
import { bearerProtocols, CloseCode } from '@nbd/websocket';
import { expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { noise, noiseFile } from '../src/disk-files.ts';
import { runTool } from '../src/run-tool.ts';
import { scratchFolder } from '../src/scratch-folder.ts';
import { needTools } from '../src/tools.ts';

needTools('nbdcopy', 'nbdinfo', 'qemu-img');

const SIZE = 5_000_123;
const TOKEN = 'a token';

it.each(['tcp', 'unix'])('nbdinfo, nbdcopy and qemu-img over %s', async (transport) => {
  const folder = await scratchFolder();
  const file = join(folder, 'disk.iso');
  await noiseFile(file, SIZE);
  const listen =
    transport === 'tcp' ? 'nbd://127.0.0.1:0' : `nbd+unix:///?socket=${join(folder, 'socket')}`;
  const bridge = await openBridge({
    admit: ({ token }) => (sameToken(token, TOKEN) ? { listen } : refuse(CloseCode.POLICY)),
  });
  onTestFinished(() => bridge.close());
  const offered = new Promise<string>((resolve) => {
    bridge.once('arrived', ({ uri }) => resolve(uri));
  });
  const page = new NBDServer(bridge.url ?? '', await openAsBlob(file), '0', TOKEN, {
    protocols: bearerProtocols(TOKEN),
    redial: true,
    dial: (url, protocols) => new WebSocket(url, protocols),
  });
  const closed = new Promise<number>((resolve) => {
    page.socketClosed = resolve;
  });
  page.start();
  const uri = await offered;

  expect(Number(await runTool('nbdinfo', ['--size', uri]))).toBe(SIZE);
  expect(await runTool('nbdinfo', [uri])).toContain('is_read_only: true');
  const copy = join(folder, 'copy');
  await runTool('nbdcopy', [uri, copy]);
  expect(Buffer.compare(await readFile(copy), noise(SIZE))).toBe(0);
  await runTool('qemu-img', ['compare', '-f', 'raw', '-F', 'raw', file, uri]);
  expect(bridge.counters.clients.refused).toBe(0);

  page.stop();
  expect(await closed).toBe(CloseCode.ORDERLY);
});
