/** The page: it lends the file that is chosen until it is ejected, another is chosen, or the tab is closed. */
import { canKeepChanges, discardKeptChanges, hasKeptChanges } from './kept-changes.ts';
import type { Changes, News, Order } from './media-messages.ts';
import { UsePanel } from './use-panel.ts';

const input = find('#file', HTMLInputElement);
const settings = find('#settings', HTMLFormElement);
const pause = find('#pause', HTMLButtonElement);
const eject = find('#eject', HTMLButtonElement);
const discard = find('#discard', HTMLButtonElement);
const state = find('#state', HTMLOutputElement);
const panel = new UsePanel(find('#use', HTMLElement));

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

/** Serves, so that the page stays responsive, and alone can have files of the origin. */
const worker = new Worker(new URL('./media-worker.ts', import.meta.url), { type: 'module' });

/** What is inserted, or on its way in or out. */
let inserted: File | undefined;
/** To be inserted when the other is out. */
let next: File | undefined;

worker.addEventListener('message', ({ data }: MessageEvent<News>) => {
  hear(data);
});
input.addEventListener('change', () => choose(input.files?.[0]));
settings.addEventListener('change', ({ target }) => {
  if (target !== input) choose(inserted);
});
settings.addEventListener('submit', (event) => event.preventDefault());
addEventListener('dragover', (event) => event.preventDefault());
addEventListener('drop', (event) => {
  event.preventDefault();
  choose(event.dataTransfer?.files[0]);
});
pause.addEventListener('click', () => setPaused(pause.ariaPressed !== 'true'));
eject.addEventListener('click', () => {
  setPaused(false);
  order({ kind: 'eject' });
});
discard.addEventListener('click', () => void discardAll());
find('input[value=kept]', HTMLInputElement).disabled = !canKeepChanges();
void offerDiscard();
// It may have been chosen before this script was there.
choose(input.files?.[0]);

function choose(file: File | undefined): void {
  if (file === undefined) return;
  if (inserted === undefined) {
    insert(file);
    return;
  }
  next = file;
  setPaused(false);
  order({ kind: 'eject' });
}

function insert(file: File): void {
  const changes = new FormData(settings).get('changes') as Changes;
  inserted = file;
  // Else a browser that is short of room may throw them away.
  if (changes === 'kept') void navigator.storage.persist();
  panel.begin();
  show('Connecting.');
  order({ kind: 'insert', file, endpoint: endpoint.href, token, changes });
}

function hear(news: News): void {
  const name = inserted?.name ?? 'The file';
  switch (news.kind) {
    case 'inserted':
      show(`${name} is inserted.`);
      break;
    case 'entered':
    case 'left':
      panel.client(news.kind === 'entered');
      break;
    case 'unreadable':
      show(`${name} has changed. Choose it again.`);
      break;
    case 'unwritable':
      show(`What the machine writes to ${name} cannot be kept. There may be no more room.`);
      break;
    case 'progress':
      panel.progress(news);
      break;
    case 'over':
      leave(news.words ?? WORDS[news.code] ?? `The connection is lost, code ${news.code}.`);
      break;
  }
}

function leave(words: string): void {
  inserted = undefined;
  setPaused(false);
  panel.client(false);
  show(words);
  void offerDiscard();
  const file = next;
  next = undefined;
  if (file !== undefined) insert(file);
}

function setPaused(isPaused: boolean): void {
  pause.ariaPressed = String(isPaused);
  pause.textContent = isPaused ? 'Resume' : 'Pause';
  order({ kind: isPaused ? 'pause' : 'resume' });
}

function order(given: Order): void {
  worker.postMessage(given);
}

function show(words: string): void {
  state.value = words;
  eject.disabled = inserted === undefined;
  pause.disabled = inserted === undefined;
}

/** There is nothing to be discarded while a file is inserted, or nothing is kept. */
async function offerDiscard(): Promise<void> {
  discard.hidden = inserted !== undefined || !(await hasKeptChanges());
}

async function discardAll(): Promise<void> {
  try {
    await discardKeptChanges();
    show('Kept changes are discarded.');
  } catch {
    show('Another tab has a file inserted whose changes are kept.');
  }
  await offerDiscard();
}

function find<Element>(selector: string, type: new () => Element): Element {
  const found = document.querySelector(selector);
  if (found instanceof type) return found;
  throw new Error(`the page is not whole: there is no ${selector}`);
}
