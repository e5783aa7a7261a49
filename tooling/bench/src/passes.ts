/**
 * A pass: servers that are up together, and the workloads that they are put under.
 */
import type { ServerSpec, Transport } from './servers/server-spec.ts';
import { contenders, type Disk, type Target } from './results/targets.ts';
import { speaksTls } from './servers/server-command.ts';

export interface Pass {
  readonly servers: readonly ServerSpec[];
  /** The name of the server that the others are compared with. */
  readonly baseline: string;
  readonly transport: Transport;
  /** Names of workloads, sets resolved. */
  readonly workloads: readonly string[];
}

/**
 * What it takes to judge `targets`: a pass for each disk and transport, and one more where it is about
 * memory, so that neither speed nor memory is that of servers after the other. Servers in `own` replace
 * presets of their names; those of other names stand beside in each pass, unless TLS makes the difference.
 */
export function passesFor(targets: readonly Target[], own: readonly ServerSpec[]): readonly Pass[] {
  const groups = new Map<string, { disk: Disk; transport: Transport; workloads: string[] }>();
  for (const { disk, goals, transport, workload } of targets) {
    const isMemory = goals.some(({ kind }) => kind === 'memory');
    const key = `${disk} ${transport} ${isMemory ? 'memory' : 'speed'}`;
    const group = groups.get(key) ?? { disk, transport, workloads: [] };
    group.workloads.push(workload);
    groups.set(key, group);
  }
  const contending = new Set(
    targets.flatMap(({ disk }) => {
      const { ours, peers } = contenders(disk);
      return [ours, ...peers];
    }),
  );
  return Array.from(groups.values(), ({ disk, transport, workloads }) => {
    const { ours, peers } = contenders(disk);
    const servers = [ours, ...peers].map(
      (name): ServerSpec =>
        own.find((spec) => spec.name === name) ?? {
          name,
          preset: name,
          command: undefined,
          processor: undefined,
        },
    );
    const isSecure = disk === 'memory-tls';
    servers.push(
      ...own.filter((spec) => !contending.has(spec.name) && speaksTls(spec) === isSecure),
    );
    return { servers, baseline: peers[0] ?? ours, transport, workloads };
  });
}
