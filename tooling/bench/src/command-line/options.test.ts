import { UsageError } from '@nbd-tooling/command-line';
import { describe, expect, it } from 'vitest';
import { type BenchOptions, parseOptions } from './options.ts';
import type { Pass } from '../passes.ts';
import { TARGETS } from '../results/targets.ts';

function optionsOf(...args: readonly string[]): BenchOptions {
  const invocation = parseOptions(args);
  if (invocation.kind !== 'bench') throw new Error('expected a benchmark to run');
  return invocation.options;
}

function passOf(...args: readonly string[]): Pass {
  const [pass] = optionsOf(...args).passes;
  if (pass === undefined) throw new Error('expected a pass');
  return pass;
}

describe('the command line', () => {
  it('has a default for all but the servers', () => {
    const { passes, ...rest } = optionsOf('--server', 'nbdkit-file');
    expect(passes).toHaveLength(1);
    expect(passes[0]).toMatchObject({
      servers: [
        { name: 'nbdkit-file', preset: 'nbdkit-file', command: undefined, processor: undefined },
      ],
      baseline: 'nbdkit-file',
      transport: 'unix',
    });
    expect(passes[0]?.workloads).toContain('randread-4k-q64');
    expect(rest).toMatchObject({
      runtimeSeconds: 3,
      repeat: 3,
      sizeBytes: 1024 ** 3,
      seedFile: undefined,
      jsonFile: undefined,
      markdownFile: undefined,
    });
  });

  it('takes a command after the first equals sign, and a processor after @', () => {
    const { servers } = passOf('--server', 'mine@1=A=b node x.js --export =memory:$SIZE');
    expect(servers).toEqual([
      {
        name: 'mine@1',
        preset: 'mine',
        command: 'A=b node x.js --export =memory:$SIZE',
        processor: '1',
      },
    ]);
  });

  it('resolves sets of workloads in their place', () => {
    const list = 'rss-c1,quick,connect-p1';
    const { workloads } = passOf('--server', 'qemu-nbd', '--workloads', list);
    expect(workloads[0]).toBe('rss-c1');
    expect(workloads.at(-1)).toBe('connect-p1');
    expect(workloads).toHaveLength(7);
  });

  it('reads transports, sizes and numbers', () => {
    const words = '--transport tcp,unix --size 64M --runtime 0.2 --repeat 5 --baseline b';
    const servers = ['--server', 'a=x', '--server', 'b=y'];
    const { passes, ...rest } = optionsOf(...servers, ...words.split(' '));
    expect(passes.map(({ transport }) => transport)).toEqual(['tcp', 'unix']);
    expect(passes[0]).toMatchObject({ baseline: 'b' });
    expect(rest).toMatchObject({ sizeBytes: 64 * 1024 * 1024, runtimeSeconds: 0.2, repeat: 5 });
  });

  it('means all targets if it says neither servers nor targets', () => {
    const { passes } = optionsOf();
    expect(passes).toEqual(optionsOf('--targets', 'all').passes);
    const measured = passes.flatMap(({ transport, workloads }) =>
      workloads.map((workload) => `${transport} ${workload}`),
    );
    expect(measured).toHaveLength(TARGETS.length);
    expect(passes[0]?.servers.map(({ name }) => name)).toEqual([
      'ours-file',
      'nbdkit-file',
      'nbdkit-file-t1',
    ]);
    expect(passes[0]?.workloads.slice(0, 3)).toEqual(['rss-c0', 'rss-c64', 'stalled-c64']);
  });

  it('takes the targets of a set, and a server in place of a preset', () => {
    const { servers, workloads } = passOf('--targets', 'memory', '--server', 'ours-file=mine');
    expect(workloads).toEqual(['rss-c0', 'rss-c64', 'stalled-c64']);
    expect(servers[0]).toMatchObject({ name: 'ours-file', command: 'mine' });
  });

  it('asks for micro benchmarks, or for the document of earlier figures', () => {
    expect(parseOptions(['--micro'])).toEqual({ kind: 'micro', updateReference: false });
    expect(parseOptions(['--micro', '--update-reference'])).toMatchObject({
      updateReference: true,
    });
    expect(parseOptions(['--from', 'a.json', '--markdown', 'b.md'])).toEqual({
      kind: 'document',
      jsonFile: 'a.json',
      markdownFile: 'b.md',
    });
  });

  it('answers with the presets and the workloads when asked for help', () => {
    const invocation = parseOptions(['--help']);
    expect(invocation.kind === 'help' && invocation.text).toMatch(/nbdkit-memory-t1[^]*\$SIZE/);
    expect(invocation.kind === 'help' && invocation.text).toContain('raw-randread-4k-q16-c4');
  });

  it.each([
    [['--from', 'a.json'], '--from: expected --markdown, too'],
    [['--targets', 'quickly'], '--targets: expected the name of'],
    [['--targets', 'connect-p1'], '--targets: there is none for connect-p1'],
    [['--server', 'nobody'], '--server: expected NAME=COMMAND or one of'],
    [['--server', 'a/b=x'], '--server: expected a NAME of letters, digits and .-_, found "a/b"'],
    [['--server', 'a=x', '--server', 'a=y'], '--server a is there twice'],
    [['--server', 'a=x', '--baseline', 'b'], '--baseline: expected one of a, found b'],
    [['--server', 'a=x', '--transport', 'udp'], '--transport: expected unix or tcp, found "udp"'],
    [['--server', 'a=x', '--workloads', 'raw-read-4k'], '--workloads: expected the name of'],
    [['--server', 'a=x', '--runtime', '0'], '--runtime: expected a number above 0, found "0"'],
    [['--server', 'a=x', '--repeat', '1.5'], '--repeat: expected a whole number from 1'],
    [['--server', 'a=x', '--size', 'big'], '--size: expected a size'],
    [['--server', 'a=x', '--fresh', '1'], "Unknown option '--fresh'"],
    [['fresh'], 'expected options, found fresh'],
  ])('refuses %j', (args, message) => {
    expect(() => parseOptions(args)).toThrow(UsageError);
    expect(() => parseOptions(args)).toThrow(message);
  });
});
