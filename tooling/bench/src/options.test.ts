import { describe, expect, it } from 'vitest';
import { type BenchOptions, parseOptions, UsageError } from './options.ts';

function optionsOf(...args: readonly string[]): BenchOptions {
  const invocation = parseOptions(args);
  if (invocation.kind !== 'bench') throw new Error('expected a benchmark to run');
  return invocation.options;
}

describe('the command line', () => {
  it('has a default for all but the servers', () => {
    const { servers, ...rest } = optionsOf('--server', 'nbdkit-file');
    expect(servers).toEqual([
      { name: 'nbdkit-file', preset: 'nbdkit-file', command: undefined, processor: undefined },
    ]);
    expect(rest).toMatchObject({
      baseline: 'nbdkit-file',
      transports: ['unix'],
      runtimeSeconds: 3,
      repeat: 3,
      sizeBytes: 1024 ** 3,
      seedFile: undefined,
      jsonFile: undefined,
      markdownFile: undefined,
    });
    expect(rest.workloads).toContain('randread-4k-q64');
  });

  it('takes a command after the first equals sign, and a processor after @', () => {
    const { servers } = optionsOf('--server', 'mine@1=A=b node x.js --export =memory:$SIZE');
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
    const { workloads } = optionsOf(
      '--server',
      'qemu-nbd',
      '--workloads',
      'rss-c1,quick,connect-p1',
    );
    expect(workloads[0]).toBe('rss-c1');
    expect(workloads.at(-1)).toBe('connect-p1');
    expect(workloads).toHaveLength(7);
  });

  it('reads transports, sizes and numbers', () => {
    const words = '--transport tcp,unix --size 64M --runtime 0.2 --repeat 5 --baseline b';
    const servers = ['--server', 'a=x', '--server', 'b=y'];
    expect(optionsOf(...servers, ...words.split(' '))).toMatchObject({
      transports: ['tcp', 'unix'],
      sizeBytes: 64 * 1024 * 1024,
      runtimeSeconds: 0.2,
      repeat: 5,
      baseline: 'b',
    });
  });

  it('answers with the presets and the workloads when asked for help', () => {
    const invocation = parseOptions(['--help']);
    expect(invocation.kind === 'help' && invocation.text).toMatch(/nbdkit-memory-t1[^]*\$SIZE/);
    expect(invocation.kind === 'help' && invocation.text).toContain('raw-randread-4k-q16-c4');
  });

  it.each([
    [[], 'expected at least one --server, found none'],
    [['--server', 'nobody'], '--server: expected NAME=COMMAND or one of'],
    [['--server', 'a/b=x'], '--server: expected a NAME of letters, digits and .-_, found "a/b"'],
    [['--server', 'a=x', '--server', 'a=y'], '--server a is there twice'],
    [['--server', 'a=x', '--baseline', 'b'], '--baseline: expected one of a, found b'],
    [['--server', 'a=x', '--transport', 'udp'], '--transport: expected unix or tcp, found "udp"'],
    [['--server', 'a=x', '--workloads', 'raw-read-4k'], '--workloads: expected the name of'],
    [['--server', 'a=x', '--runtime', '0'], '--runtime: expected a number above 0, found "0"'],
    [['--server', 'a=x', '--repeat', '1.5'], '--repeat: expected a whole number, found "1.5"'],
    [['--server', 'a=x', '--size', 'big'], '--size: expected a size'],
    [['--server', 'a=x', '--fresh', '1'], "arguments: Unknown option '--fresh'"],
  ])('refuses %j', (args, message) => {
    expect(() => parseOptions(args)).toThrow(UsageError);
    expect(() => parseOptions(args)).toThrow(message);
  });
});
