/** The page: it lends the file that is chosen until it is ejected, another is chosen, or the tab is closed. */
import { NBDServer } from '@nbd/virtual-media';
import { bearerProtocols } from '@nbd/websocket';

const input = document.querySelector<HTMLInputElement>('#file');
const eject = document.querySelector<HTMLButtonElement>('#eject');
const state = document.querySelector<HTMLOutputElement>('#state');
if (input === null || eject === null || state === null) throw new Error('the page is not whole');

/** Behind the hash, which browsers send to nobody. */
const token = new URLSearchParams(location.hash.slice(1)).get('token') ?? '';
const endpoint = new URL('/nbd', location.href.replace(/^http/, 'ws'));
endpoint.hash = '';

const WORDS: Readonly<Record<number, string>> = {
  1000: 'Ejected.',
  1001: 'The server has ended.',
  1006: 'The server cannot be reached.',
  1008: 'The token in the address of this page is wrong.',
  1013: 'Another tab has a file inserted.',
};

let inserted: NBDServer | undefined;

input.addEventListener('change', () => {
  const [file] = input.files ?? [];
  const before = inserted;
  if (file === undefined) return;
  if (before === undefined) {
    insert(file);
    return;
  }
  before.socketClosed = () => insert(file);
  before.stop();
});

eject.addEventListener('click', () => inserted?.stop());

function insert(file: File): void {
  const server = new NBDServer(endpoint.href, file, file.name, token, {
    protocols: token === '' ? ['nbd'] : bearerProtocols(token),
    redial: true,
  });
  server.socketStarted = () => show(`${file.name} is inserted.`);
  server.errorReadingFile = () => show(`${file.name} has changed. Choose it again.`);
  server.socketClosed = (code) => {
    inserted = undefined;
    show(WORDS[code] ?? `The connection is lost, code ${code}.`);
  };
  inserted = server;
  show('Connecting.');
  server.start();
}

function show(words: string): void {
  if (state !== null) state.value = words;
  if (eject !== null) eject.disabled = inserted === undefined;
}
