import { describe, expect, it } from 'vitest';
import { markdownDocument } from './document.ts';
import type { Run } from '../paired-runs.ts';
import type { Recording } from './recording.ts';
import { markdownTable, summarize } from './report.ts';

const MACHINE = {
  date: '2030-01-01T00:00:00.000Z',
  processor: 'Abacus',
  processors: 2,
  memoryMebibytes: 8192,
  kernel: '6.1',
  node: 'v20.19.0',
  load: [1, 0.5, 0.25],
  programs: { nbdkit: '1.2.3', fio: '3.4' },
};

const OPTIONS = {
  passes: [],
  runtimeSeconds: 2,
  repeat: 1,
  sizeBytes: 256 * 1024 * 1024,
  directory: '/d',
  seedFile: undefined,
  jsonFile: undefined,
  markdownFile: undefined,
};

const RUN: Run = {
  repetition: 0,
  rate: 1000,
  unit: 'ops/s',
  operations: 1000,
  cpuSeconds: 1,
  cpuMicrosPerOperation: 1000,
  residentBytes: 0,
};

function resultOf(...servers: readonly string[]) {
  const heading = { workload: 'raw-read-4k-q64', transport: 'unix', baseline: 'nbdkit-file' };
  const runs = servers.map((server) => ({ server, runs: [RUN] }));
  return summarize({ ...heading, repeat: 1, runtimeSeconds: 2 }, runs);
}

function recordingOf(...servers: readonly string[]): Recording {
  return { machine: MACHINE, options: OPTIONS, results: [resultOf(...servers)] };
}

describe('the document of a recording', () => {
  it('says where the figures are from, and how to repeat them', () => {
    const document = markdownDocument(recordingOf('nbdkit-file'));
    expect(document).toContain('- 2030-01-01, 2 x Abacus, 8 GiB, Linux 6.1, Node v20.19.0.\n');
    expect(document).toContain('1.00, 0.50, 0.25');
    expect(document).toContain('- nbdkit 1.2.3, fio 3.4.\n');
    expect(document).toContain('--runtime 2 --repeat 1 --size 256M --json');
  });

  it('has all figures, and the targets that can be judged by them', () => {
    const document = markdownDocument(recordingOf('ours-file', 'nbdkit-file'));
    expect(document).toContain(`#${markdownTable(resultOf('ours-file', 'nbdkit-file')).trimEnd()}`);
    expect(document).toContain('| MISSED by 80 % | nbdkit-file |');
    expect(markdownDocument(recordingOf('nbdkit-file'))).not.toContain('## Targets');
  });

  it('is the same of a recording that was read from its JSON', () => {
    const recording = recordingOf('ours-file', 'nbdkit-file');
    const read = JSON.parse(JSON.stringify(recording)) as Recording;
    expect(markdownDocument(read)).toBe(markdownDocument(recording));
  });
});
