/**
 * The script of a page of a console: it serves a file behind a bridge until it is sent away. It leaves in the
 * body what it was told, as JSON.
 */
import { NBDServer } from '@nbd/virtual-media';
import { bearerProtocols } from '@nbd/websocket';
import type { BridgeFacts } from './serving-page.ts';

const { url, token, size } = (await (await fetch('/bridge.json')).json()) as BridgeFacts;
const file = new File([Uint8Array.from({ length: size }, (_, i) => i)], 'disk.iso');
const server = new NBDServer(url, file, 'cd', token, {
  protocols: bearerProtocols(token),
  redial: true,
});

const told: string[] = [];
server.socketStarted = () => told.push('started');
server.socketClosed = (code) => {
  document.body.textContent = JSON.stringify([...told, `closed ${code}`]);
  document.title = 'done';
};
server.start();
