/** Finding an export: lists, names of all kinds, and a second try after a name that is not there. */
import { describe, expect, it } from 'vitest';
import { mismatches } from '../src/libnbd.ts';
import { runTool, tryTool } from '../src/run-tool.ts';
import { serveDisk, TRANSPORTS } from '../src/served-disk.ts';
import { needTools } from '../src/tools.ts';

needTools('nbdinfo', 'nbd-client', 'python3-libnbd', 'qemu-img');

interface Listing {
  readonly exports: readonly { readonly 'export-name': string; readonly 'export-size': number }[];
}

function manyExports(count: number): Readonly<Record<string, string>> {
  const names = Array.from({ length: count }, (_, i) => `disk-${i}`);
  return Object.fromEntries(names.map((name, i) => [name, `memory:${i + 1}K`]));
}

describe.each(TRANSPORTS)('over %s', (transport) => {
  it('nbdinfo lists many exports and asks for each (C-063)', async () => {
    // It asks in several small packets and without TCP_NODELAY, so over TCP each export takes it a while.
    const exports = manyExports(transport === 'tcp' ? 20 : 500);
    const served = await serveDisk({ exports });
    const args = ['--list', '--no-content', '--json', served.uri(transport)];
    const listing = JSON.parse(await runTool('nbdinfo', args)) as Listing;
    const found = listing.exports.map((entry) => [entry['export-name'], entry['export-size']]);
    expect(found).toEqual(Object.keys(exports).map((name, i) => [name, (i + 1) * 1024]));
  });

  it.each([
    ['of 300 bytes', 'n'.repeat(300)],
    ['of 300 bytes in 100 characters', '盤'.repeat(100)],
    ['with spaces, slashes and signs', 'a b/c%2F&?#d'],
  ])('a name %s is listed, described and entered', async (_kind, name) => {
    const served = await serveDisk({ exports: { first: 'memory:1M', [name]: 'pattern:3M' } });
    const uri = served.uri(transport, name);
    const listing = await runTool('nbdinfo', [
      '--list',
      '--no-content',
      '--json',
      served.uri(transport),
    ]);
    expect((JSON.parse(listing) as Listing).exports[1]?.['export-name']).toBe(name);
    expect(Number(await runTool('nbdinfo', ['--size', uri]))).toBe(3 * 2 ** 20);
    expect(
      await mismatches(uri, [
        ['h.connect_uri(uri)', 'done'],
        ['h.get_export_name()', name],
        ['h.pread(8, 0x2ffff8)', '00000000002ffff8'],
      ]),
    ).toEqual([]);
  });

  it('the empty name is the default export, and its own name is told (C-115)', async () => {
    const served = await serveDisk({ exports: { first: 'memory:1M', second: 'memory:2M' } });
    expect(
      await mismatches(served.uri(transport), [
        ['h.set_full_info(True)', 'done'],
        ['h.connect_uri(uri)', 'done'],
        ['h.get_size()', 2 ** 20],
        ['h.get_canonical_export_name()', 'first'],
      ]),
    ).toEqual([]);
  });

  it('after INFO and a GO that failed, another name is entered (C-114, C-122, C-124)', async () => {
    const served = await serveDisk({ exports: { first: 'memory:1M', second: 'pattern:2M' } });
    expect(
      await mismatches(served.uri(transport), [
        ['h.set_opt_mode(True)', 'done'],
        ['h.connect_uri(uri)', 'done'],
        ['h.set_export_name("absent")', 'done'],
        ['h.opt_info()', 'ENOENT'],
        ['h.opt_go()', 'ENOENT'],
        ['h.set_export_name("first")', 'done'],
        ['h.opt_info()', 'done'],
        ['[h.get_size(), h.is_read_only()]', [2 ** 20, false]],
        ['names = []', 'done'],
        ['h.opt_list(lambda name, description: names.append(name))', 2],
        ['names', ['first', 'second']],
        ['h.set_export_name("second")', 'done'],
        ['h.opt_info()', 'done'],
        ['[h.get_size(), h.is_read_only()]', [2 ** 21, true]],
        ['h.set_export_name("absent")', 'done'],
        ['h.opt_go()', 'ENOENT'],
        ['h.set_export_name("second")', 'done'],
        ['h.opt_go()', 'done'],
        ['h.aio_is_ready()', true],
        ['h.pread(8, 0x1ffff8)', '00000000001ffff8'],
        ['h.shutdown()', 'done'],
      ]),
    ).toEqual([]);
  });

  it('a client may list and leave (C-060)', async () => {
    const served = await serveDisk({ exports: { first: 'memory:1M' } });
    expect(
      await mismatches(served.uri(transport), [
        ['h.set_opt_mode(True)', 'done'],
        ['h.connect_uri(uri)', 'done'],
        ['h.opt_list(lambda name, description: 0)', 1],
        ['h.opt_abort()', 'done'],
        ['h.aio_is_closed()', true],
      ]),
    ).toEqual([]);
  });

  it('a name that is not there makes real clients fail, and leaves the server at work', async () => {
    const served = await serveDisk({ exports: { first: 'memory:1M' } });
    const absent = served.uri(transport, 'absent');
    expect((await tryTool('nbdinfo', [absent])).exitCode).toBe(1);
    expect((await tryTool('qemu-img', ['info', absent])).exitCode).toBe(1);
    expect(Number(await runTool('nbdinfo', ['--size', served.uri(transport)]))).toBe(2 ** 20);
  });
});

it('nbd-client lists the exports without the kernel', async () => {
  const served = await serveDisk({ exports: manyExports(20) });
  const { hostname, port } = new URL(served.uri('tcp'));
  const { stdout } = await tryTool('nbd-client', ['-l', hostname, port]);
  expect(stdout.match(/^disk-\d+$/gm)).toEqual(Object.keys(manyExports(20)));
});
