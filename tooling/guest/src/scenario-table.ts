/** What the guest is put to. */
import type { GuestRun, Transport } from './guest-run.ts';
import { runCrash } from './scenarios/crash.ts';
import { runFileSystem } from './scenarios/file-system.ts';
import { runList } from './scenarios/list.ts';
import { runReadOnly } from './scenarios/read-only.ts';
import { runRestart } from './scenarios/restart.ts';

export interface Scenario {
  readonly name: string;
  readonly tls: boolean;
  /** One of the few that the tests of this repository run; the others differ in their combination alone. */
  readonly short: boolean;
  readonly run: (run: GuestRun) => Promise<void>;
}

/** Each pair of two values is in one of these: of transport, TLS, connections, block size. */
const SHORT: ReadonlySet<string> = new Set([
  'tcp tls 1x512',
  'tcp plain 4x4096',
  'unix tls 4x4096',
  'unix plain 1x4096',
  'unix plain 4x512',
]);

const TRANSPORTS: readonly Transport[] = ['tcp', 'unix'];

/** All of them. */
export const SCENARIOS: readonly Scenario[] = [
  ...[false, true].map((tls) => ({
    name: `list ${spell(tls)}`,
    tls,
    short: true,
    run: runList,
  })),
  ...fileSystems(),
  {
    name: 'read-only unix plain 1x512',
    tls: false,
    short: true,
    run: (run) => runReadOnly(run, { transport: 'unix', connections: 1, blockSize: 512 }),
  },
  {
    name: 'read-only tcp tls 4x4096',
    tls: true,
    short: false,
    run: (run) => runReadOnly(run, { transport: 'tcp', connections: 4, blockSize: 4096 }),
  },
  ...[1, 4].map((connections) => ({
    name: `restart unix plain ${connections}x512`,
    tls: false,
    short: connections === 4,
    run: (run: GuestRun) => runRestart(run, connections),
  })),
  { name: 'crash unix plain 1x512', tls: false, short: true, run: runCrash },
];

function fileSystems(): readonly Scenario[] {
  const all: Scenario[] = [];
  for (const transport of TRANSPORTS) {
    for (const tls of [false, true]) {
      for (const connections of [1, 4]) {
        for (const blockSize of [512, 4096]) {
          const way = `${transport} ${spell(tls)} ${connections}x${blockSize}`;
          all.push({
            name: `ext4 ${way}`,
            tls,
            short: SHORT.has(way),
            run: (run) => runFileSystem(run, { transport, connections, blockSize }),
          });
        }
      }
    }
  }
  return all;
}

function spell(tls: boolean): string {
  return tls ? 'tls' : 'plain';
}
