/** The command line of `pnpm ceph`. */
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Help, readWords, UsageError, wholeNumber } from '@nbd-tooling/command-line';
import type { BenchOptions } from './bench/bench.ts';
import { ROUNDS_MAX } from './bench/contender.ts';
import type { ClusterOptions } from './cluster.ts';

/** What the person asks for. */
export type Invocation =
  | { readonly kind: 'down' | 'up'; readonly cluster: ClusterOptions }
  | { readonly kind: 'crash' | 'takeover'; readonly rounds: number; readonly seed: number }
  | { readonly kind: 'faults'; readonly seed: number }
  | { readonly kind: 'open'; readonly gibibytes: number; readonly twinGibibytes: number }
  | ({ readonly kind: 'bench' } & Omit<BenchOptions, 'signal'>)
  | Help;

const HELP = `pnpm ceph up [options]     starts a cluster, and prints what a shell needs to use it
pnpm ceph down [options]   ends it, and removes what it had

  --folder DIR     where it lies (default: nbd-ceph in the folder for temporary files)
  --disks N        1: all is in memory; more: files, with up to 3 copies of each object (default: 1)
  --gateways N     (default: 1)
  --networks       each disk in a network of its own, which can be cut:
                   ip -n nbdceph0-1 link set eth0 down

Shows of volumes, each on a cluster of its own, with a table and a verdict at the end. Exit code 0: all is in order.

pnpm ceph crash [--rounds N] [--seed N]      the server is killed, between flushes and inside (default: 20 rounds)
pnpm ceph takeover [--rounds N] [--seed N]   the server is stopped, deposed, and goes on (default: 10 rounds)
pnpm ceph faults [--seed N]                  disks are killed and cut off while fio verifies; then two of three
pnpm ceph open [--gigabytes N] [--twin-gigabytes N]
                                             full volumes of so many GiB are opened, at the gateway, where each GiB
                                             takes seconds to make (default: 4), and in a store in memory (64)

pnpm ceph bench [--rounds N] [--seconds N] [--chunk-kib N] [--server NAME]... [--markdown FILE] [--json FILE]
                                             our server beside the raw client, s3backer, "nbdkit S3" and RBD, whichever
                                             are here, on three disks in files (default: 3 rounds, 3 seconds a load,
                                             chunks of 512 KiB)`;

const ROUNDS = { bench: '3', crash: '20', takeover: '10' } as const;

/**
 * Reads a command line, without the names of Node and of the program.
 *
 * @throws UsageError
 */
export function parseInvocation(words: readonly string[]): Invocation {
  const { values, positionals } = readWords(words, {
    folder: { type: 'string', default: join(tmpdir(), 'nbd-ceph') },
    disks: { type: 'string', default: '1' },
    gateways: { type: 'string', default: '1' },
    networks: { type: 'boolean', default: false },
    rounds: { type: 'string' },
    seed: { type: 'string', default: '1' },
    gigabytes: { type: 'string', default: '4' },
    'twin-gigabytes': { type: 'string', default: '64' },
    seconds: { type: 'string', default: '3' },
    'chunk-kib': { type: 'string', default: '512' },
    server: { type: 'string', multiple: true },
    markdown: { type: 'string' },
    json: { type: 'string' },
  });
  if (values.help === true) return { kind: 'help', text: HELP };
  const [kind, ...others] = positionals;
  if (others.length > 0) throw new UsageError(`expected one word, found ${positionals.join(' ')}`);
  switch (kind) {
    case 'up':
    case 'down': {
      const disks = wholeNumber('--disks', values.disks);
      const cluster = {
        // Daemons know no folder that they are started in.
        folder: resolve(values.folder),
        disks,
        store: disks === 1 ? 'memstore' : 'bluestore',
        gateways: wholeNumber('--gateways', values.gateways),
        hasNetworks: values.networks,
      } as const;
      return { kind, cluster };
    }
    case 'crash':
    case 'takeover':
      return {
        kind,
        rounds: wholeNumber('--rounds', values.rounds ?? ROUNDS[kind]),
        seed: wholeNumber('--seed', values.seed),
      };
    case 'faults':
      return { kind, seed: wholeNumber('--seed', values.seed) };
    case 'open':
      return {
        kind,
        gibibytes: wholeNumber('--gigabytes', values.gigabytes),
        twinGibibytes: wholeNumber('--twin-gigabytes', values['twin-gigabytes']),
      };
    case 'bench': {
      const { server, markdown, json } = values;
      return {
        kind,
        rounds: wholeNumber('--rounds', values.rounds ?? ROUNDS[kind], { maximum: ROUNDS_MAX }),
        millisMax: wholeNumber('--seconds', values.seconds) * 1000,
        chunkBytes: wholeNumber('--chunk-kib', values['chunk-kib']) * 1024,
        ...(server !== undefined && { names: server }),
        ...(markdown !== undefined && { markdown }),
        ...(json !== undefined && { json }),
      };
    }
    default:
      throw new UsageError(
        `expected one of up, down, crash, takeover, faults, open, bench; found ${kind ?? 'none'}; try --help`,
      );
  }
}
