/** What an operator sees of the program, and docs/operations.md as far as it can be checked. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SIMPLE_REPLY_BYTES } from '@nbd/codec';
import { createVolume, snapshotVolume } from '@nbd/driver-object-store';
import { describe, expect, test } from 'vitest';
import { BUCKET, MemoryBucket } from './memory-bucket.ts';
import { finish, type Program, start, WORKERS } from './program.ts';
import { textOf, urlOf, valueOf } from './program-metrics.ts';
import { RawClient } from './raw-client.ts';
import { temporaryFolder } from './temporary-folder.ts';

const HANDBOOK = readFileSync(new URL('../../../docs/operations.md', import.meta.url), 'utf8');

/** The labels of all samples of each metric, by its name. */
function labelsByName(text: string): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>();
  for (const [, name = ''] of text.matchAll(/^# TYPE (\S+) /gm)) found.set(name, new Set());
  for (const [, sample = '', labels = ''] of text.matchAll(/^([a-z_]+)(?:\{(.*)\})? \S+$/gm)) {
    const labelsOf = found.get(sample) ?? found.get(sample.replace(/_(bucket|sum|count)$/, ''));
    for (const [, label = ''] of labels.matchAll(/(\w+)="/g)) labelsOf?.add(label);
    labelsOf?.delete('le');
  }
  return found;
}

/** A client that has read, and that has asked for what cannot be. */
async function readingClient(uri: string, name: string): Promise<RawClient> {
  const client = await RawClient.connect(uri);
  await client.go(name);
  client.askToRead(0, 512);
  await client.take(SIMPLE_REPLY_BYTES + 512);
  client.askToRead(2 ** 40, 512);
  await client.take(SIMPLE_REPLY_BYTES);
  return client;
}

describe.each(WORKERS)('workers: %s', (workers) => {
  const listen = ['--listen', 'nbd://127.0.0.1:0', '--metrics', '0', '--workers', workers];

  function startWith(...args: readonly string[]): Program {
    return start([...listen, ...args]);
  }

  test('the handbook names all metrics with their labels, and no others', async () => {
    const { env, store } = await MemoryBucket.open();
    await createVolume(store, { volume: 'v', size: 2 ** 20 });
    await snapshotVolume(store, { volume: 'v', snapshot: 's' });
    const exports = ['--export', 'disk=memory:1M', '--export', `v=s3://${BUCKET}/v@s`];
    const program = start([...listen, ...exports, '--max-connections', '2'], { env });
    const [uri = ''] = await program.listening();
    const url = await urlOf(program);
    const clients = [await readingClient(uri, 'disk'), await readingClient(uri, 'disk')];
    await expect(RawClient.connect(uri)).rejects.toThrow('the server left');
    clients[0]?.handOver().destroy();
    const ended = 'nbd_connections_ended_total{reason="closed"}';
    let text = await textOf(`${url}metrics`);
    while (!text.includes(ended)) text = await textOf(`${url}metrics`);

    const real = labelsByName(text);
    const told = new Map<string, ReadonlySet<string>>();
    for (const [, name = '', labels = ''] of HANDBOOK.matchAll(/^\| `(nbd_\w+)` +\| (.*?) *\|/gm)) {
      told.set(name, new Set(Array.from(labels.matchAll(/`(\w+)`/g), ([, label = '']) => label)));
    }
    expect(told.size).toBeGreaterThan(20);
    expect(told).toEqual(new Map([...real].filter(([name]) => name.startsWith('nbd_'))));
    const named = Array.from(
      HANDBOOK.matchAll(/`?((?:nbd|process|nodejs)_\w+)/g),
      ([, name = '']) => name.replace(/_(bucket|sum|count)$/, ''),
    );
    expect(named.filter((name) => !real.has(name))).toEqual([]);

    expect(valueOf(text, 'nbd_requests_total{export="disk",command="READ"}')).toBe(2);
    expect(valueOf(text, 'nbd_bytes_total{export="disk",command="READ"}')).toBe(1024);
    const errors = 'nbd_errors_total{export="disk",error="22",name="EINVAL"}';
    expect(valueOf(text, errors)).toBe(2);
    expect(valueOf(text, 'nbd_connections_refused_total{reason="limit"}')).toBe(1);
    const count = 'nbd_request_seconds_count{export="disk",command="READ"}';
    expect(valueOf(text, count)).toBe(2);
    const all = 'nbd_request_seconds_bucket{export="disk",command="READ",le="+Inf"}';
    expect(valueOf(text, all)).toBe(2);
    expect(valueOf(text, `nbd_event_loop_lag_seconds_count{thread="${Number(workers) - 1}"}`)).toBe(
      valueOf(text, `nbd_event_loop_lag_seconds_bucket{thread="${Number(workers) - 1}",le="+Inf"}`),
    );
  });

  test('it is ready when it listens, and not any more when it stops', async () => {
    const program = startWith('--export', 'p=pattern:1G', '--shutdown-timeout', '20');
    const [uri = ''] = await program.listening();
    const url = await urlOf(program);
    expect((await fetch(`${url}healthz`)).status).toBe(200);
    expect(await textOf(`${url}readyz`)).toBe('ready\n');
    const client = await RawClient.connect(uri);
    await client.go('p');
    client.askToRead(0, 32 * 1024 * 1024);
    await client.take(SIMPLE_REPLY_BYTES);
    program.signal('SIGTERM');
    await program.says('INFO: stopping');
    const answer = await fetch(`${url}readyz`);
    expect([answer.status, await answer.text()]).toEqual([503, 'stopping\n']);
    await client.take(32 * 1024 * 1024);
    expect(await program.ended).toMatchObject({ code: 0 });
  });

  test('the live page and what it shows are to be had', async () => {
    const program = startWith('--export', '<b>=memory:1M');
    const [uri = ''] = await program.listening();
    const url = await urlOf(program);
    await readingClient(uri, '');
    expect(await textOf(url)).toContain('<script type="module" src="live-page.js">');
    expect((await fetch(`${url}live-page.js`)).headers.get('content-type')).toContain('javascript');
    expect((await fetch(`${url}live-page.css`)).headers.get('content-type')).toContain('text/css');
    const status = (await (await fetch(`${url}status.json`)).json()) as object;
    expect(status).toMatchObject({
      state: 'ready',
      exportNames: ['<b>'],
      clients: [{ id: 1, exportName: '<b>', bytesRead: 512 }],
    });
  });

  test('SIGHUP takes over the exports of the configuration file; a broken one changes nothing', async () => {
    const config = join(temporaryFolder(), 'nbd.json');
    const write = (text: string): void => writeFileSync(config, text);
    write('{ "exports": { "a": "memory:1M", "b": "memory:1M" } }');
    const program = startWith('--config', config);
    const [uri = ''] = await program.listening();
    const url = await urlOf(program);
    const stays = await readingClient(uri, 'a');
    const goes = await readingClient(uri, 'b');
    stays.askToWrite(0, new Uint8Array(4).fill(7));
    await stays.take(SIMPLE_REPLY_BYTES);

    write('{ "exports": { "a": "memory:1M", "c": "null:1M" }, "maxConnections": 7 }');
    program.signal('SIGHUP');
    await program.says('exports: read anew');
    await readingClient(uri, 'c');
    await expect(readingClient(uri, 'b')).rejects.toThrow('GO was answered by');
    goes.askToRead(0, 1);
    await goes.take(SIMPLE_REPLY_BYTES + 1);
    const again = await RawClient.connect(uri);
    await again.go('a');
    again.askToRead(0, 4);
    expect((await again.take(SIMPLE_REPLY_BYTES + 4)).subarray(-4)).toEqual(Buffer.alloc(4, 7));
    expect(program.stderr).toContain(
      'settings that take a new start {"settings":["maxConnections"]}',
    );

    write('{ "exports":\n { "a" "memory:1M" } }');
    program.signal('SIGHUP');
    await program.says(`exports: what was read before stays in force: ${config}:2: expected ":"`);
    await readingClient(uri, 'c');
    const text = await textOf(`${url}metrics`);
    expect(valueOf(text, 'nbd_reloads_total{result="done"}')).toBe(1);
    expect(valueOf(text, 'nbd_reloads_total{result="failed"}')).toBe(1);
    expect(valueOf(text, 'nbd_exports')).toBe(2);
    program.signal('SIGTERM');
    expect(await program.ended).toMatchObject({ code: 0 });
  });
});

test('an address for metrics that cannot be had is told in one line, and nothing is served', async () => {
  const program = start(['--listen', 'nbd://127.0.0.1:0', '--metrics', '0']);
  const { port } = new URL(await urlOf(program));
  await program.listening();
  expect(await finish(['--listen', 'nbd://127.0.0.1:0', '--metrics', port])).toMatchObject({
    code: 1,
    stdout: '',
    stderr: `nbd-demo-server: --metrics: cannot listen on http://127.0.0.1:${port}/: another program does already; choose another port, or 0 for any\n`,
  });
});

test('what a client says cannot forge a line of the log, nor reach a terminal', async () => {
  const program = start([
    '--listen',
    'nbd://127.0.0.1:0',
    '--log-level',
    'debug',
    '--config',
    hostile(),
  ]);
  const [uri = ''] = await program.listening();
  const client = await RawClient.connect(uri);
  await client.go('a\n[12:00:00.000] INFO: forged \u001B[2J\u202E');
  client.askToRead(0, 1);
  await client.take(SIMPLE_REPLY_BYTES);
  program.signal('SIGTERM');
  const { stderr } = await program.ended;
  expect(stderr).toContain('a request failed');
  expect(stderr).toContain('"command":"READ","offset":0,"length":1');
  expect(stderr.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  expect(stderr).not.toMatch(/^\[12:00:00/m);
  for (const line of stderr.split('\n').filter((one) => / client | request /.test(one))) {
    expect(line).toContain('"connection":1');
  }
});

/** A configuration of one export whose name is what nobody wants in a log, and whose reads fail. */
function hostile(): string {
  const path = join(temporaryFolder(), 'nbd.json');
  const name = 'a\n[12:00:00.000] INFO: forged \u001B[2J\u202E';
  writeFileSync(path, JSON.stringify({ exports: { [name]: 'memory:1M | fault:read,error=EIO' } }));
  return path;
}
