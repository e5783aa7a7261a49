import { expect, test } from 'vitest';
import { passesFor } from './passes.ts';
import { TARGETS } from './results/targets.ts';
import type { ServerSpec } from './servers/server-spec.ts';

function preset(name: string): ServerSpec {
  return { name, preset: name, command: undefined, processor: undefined };
}

function own(name: string, command: string): ServerSpec {
  return { ...preset(name), command };
}

/** The names of servers in the pass that has the workload. */
function namesIn(workload: string, specs: readonly ServerSpec[]): string[] {
  const pass = passesFor(TARGETS, specs).find(({ workloads }) => workloads.includes(workload));
  return pass?.servers.map(({ name }) => name) ?? [];
}

test('a server that is asked for besides stands in each pass, but not with others that speak TLS', () => {
  const specs = [preset('nbd-server'), own('other-tls', 'x --tls $CERTIFICATES')];
  expect(namesIn('copyout-c4', specs)).toEqual([
    'ours-file',
    'nbdkit-file',
    'nbdkit-file-t1',
    'nbd-server',
  ]);
  expect(namesIn('raw-read-128k-q16', specs)).toEqual([
    'ours-memory-tls',
    'nbdkit-memory-tls',
    'nbdkit-memory-tls-t1',
    'other-tls',
  ]);
});

test('a server with the name of a preset takes its place', () => {
  const specs = [own('ours-file', 'ours $FILE')];
  const pass = passesFor(TARGETS, specs).find(({ workloads }) => workloads.includes('copyin-c4'));
  expect(pass?.servers[0]).toBe(specs[0]);
  expect(pass?.baseline).toBe('nbdkit-file');
});
