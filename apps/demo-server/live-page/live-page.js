/**
 * The live page: asks the server every two seconds, and shows what has changed in between.
 */

const PERIOD_MILLIS = 2000;
const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

/** What was told the last time, and when. */
let last;
let paused = false;

const state = document.querySelector('#state');
const pause = document.querySelector('#pause');

pause.addEventListener('click', () => {
  paused = !paused;
  pause.setAttribute('aria-pressed', String(paused));
});

async function look() {
  try {
    const answer = await fetch('status.json', { signal: AbortSignal.timeout(PERIOD_MILLIS * 3) });
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    const now = { at: performance.now(), status: await answer.json() };
    show(now, last);
    last = now;
  } catch {
    say('no answer from the server');
  }
}

async function goOn() {
  for (;;) {
    if (!paused && !document.hidden) await look();
    await new Promise((resolve) => {
      setTimeout(resolve, PERIOD_MILLIS);
    });
  }
}

function show({ at, status }, before) {
  const seconds = before === undefined ? 0 : (at - before.at) / 1000;
  const { connections, exports, volumes, clients, threads, exportNames } = status;
  const refused = sum(Object.values(connections.refused));
  say(
    `${status.state}: ${connections.open} connections, ${connections.total} in all, ${refused} turned away; version ${status.version}`,
  );
  const names = new Set([...exportNames, ...Object.keys(exports)]);
  fill(
    'exports',
    Array.from(names, (name) => exportRow(name, status, before?.status, seconds)),
  );
  const volumeEntries = Object.entries(volumes);
  document.querySelector('#volumes-section').hidden = volumeEntries.length === 0;
  fill(
    'volumes',
    volumeEntries.map(([name, now]) => volumeRow(name, now, seconds, before?.status.volumes[name])),
  );
  fill('clients', clients.map(clientRow));
  fill(
    'threads',
    threads.map(({ busySeconds, lentBytes, idleBytes }, thread) => {
      const busy = busySeconds - (before?.status.threads[thread]?.busySeconds ?? busySeconds);
      return [thread, percent(busy, seconds), bytes(lentBytes), bytes(idleBytes)];
    }),
  );
}

function exportRow(name, status, before, seconds) {
  const now = totals(status.exports[name]);
  const then = before === undefined ? now : totals(before.exports[name]);
  const here = status.clients.filter(({ exportName }) => exportName === name);
  const requests = now.requests - then.requests;
  const time = now.seconds - then.seconds;
  return [
    named(name),
    here.length,
    sum(here.map(({ inFlight }) => inFlight)),
    rate(requests, seconds),
    bytes(perSecond(now.read - then.read, seconds)),
    bytes(perSecond(now.written - then.written, seconds)),
    averageMillis(time, requests),
    percent(now.disk - then.disk, time),
    bytes(sum(here.map(({ queuedBytes }) => queuedBytes))),
    now.errors,
  ];
}

/** How long a commit took: those since the last look, or if there were none all of them. */
function volumeRow(name, now, seconds, then = now) {
  const from = now.commits === then.commits ? { commits: 0, commitSeconds: 0 } : then;
  return [
    named(name),
    bytes(now.dirtyBytes),
    rate(now.requests - then.requests, seconds),
    now.failures,
    averageMillis(now.commitSeconds - from.commitSeconds, now.commits - from.commits),
    now.commitFailures,
    percent(now.cacheHits, now.cacheHits + now.cacheMisses),
    `${now.cost.toFixed(4)} USD`,
  ];
}

/** What an export has come to, over its commands. */
function totals({ commands = {}, errors = {} } = {}) {
  const all = Object.values(commands);
  return {
    requests: sum(all.map(({ requests }) => requests)),
    seconds: sum(all.map(({ latency }) => latency.sum)),
    disk: sum(all.map(({ diskSeconds }) => diskSeconds)),
    read: commands.READ?.bytes ?? 0,
    written: commands.WRITE?.bytes ?? 0,
    errors: sum(Object.values(errors)),
  };
}

function clientRow(client) {
  const unsent = bytes(client.queuedBytes);
  return [
    client.id,
    client.identity === undefined ? client.peer : `${client.peer} (${client.identity})`,
    client.exportName === undefined ? 'none yet' : named(client.exportName),
    new Date(client.since).toLocaleString(),
    client.inFlight,
    bytes(client.bytesRead),
    bytes(client.bytesWritten),
    client.isBehind ? `${unsent}, waiting` : unsent,
    client.failures,
  ];
}

/** Texts are set as texts: what a peer is called cannot be markup, nor turn the rest of the line around. */
function fill(id, rows) {
  const body = document.querySelector(`#${id}`);
  body.replaceChildren(
    ...rows.map((cells) => {
      const row = document.createElement('tr');
      row.append(...cells.map(cellOf));
      return row;
    }),
  );
}

function cellOf(content, index) {
  const cell = document.createElement(index === 0 ? 'th' : 'td');
  if (index === 0) cell.scope = 'row';
  if (typeof content === 'string' && !/^[\d.–]/.test(content)) cell.className = 'text';
  const text = document.createElement('bdi');
  text.textContent = String(content);
  cell.append(text);
  return cell;
}

function say(text) {
  if (state.textContent !== text) state.textContent = text;
}

function named(name) {
  return name === '' ? '(default)' : name;
}

function sum(numbers) {
  return numbers.reduce((total, number) => total + number, 0);
}

function perSecond(count, seconds) {
  return seconds === 0 ? 0 : count / seconds;
}

function rate(count, seconds) {
  return Math.round(perSecond(count, seconds));
}

function averageMillis(seconds, count) {
  return count === 0 ? '–' : `${Number(((seconds / count) * 1000).toPrecision(3))} ms`;
}

function percent(part, whole) {
  return whole === 0 ? '–' : `${Math.round((100 * part) / whole)} %`;
}

function bytes(count) {
  let unit = 0;
  let rest = count;
  while (rest >= 1024 && unit < UNITS.length - 1) {
    rest /= 1024;
    unit++;
  }
  return `${unit === 0 ? Math.round(rest) : rest.toFixed(1)} ${UNITS[unit]}`;
}

void goOn();
