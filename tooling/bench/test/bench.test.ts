import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { bench } from '../src/bench.ts';
import type { Result } from '../src/report.ts';

const MEMORY_SERVER = fileURLToPath(new URL('memory-server.ts', import.meta.url));
const COMMAND = `'${process.execPath}' --conditions=@nbd/source --import '${import.meta.resolve('tsx')}' '${MEMORY_SERVER}' $SOCK $SIZE`;

it.runIf(process.platform === 'linux')(
  'measures the server that works, and fails for the one whose replies tell of errors',
  async () => {
    const directory = await mkdtemp(join(tmpdir(), 'nbd-bench-'));
    onTestFinished(() => rm(directory, { recursive: true }));
    const json = join(directory, 'out.json');
    const markdown = join(directory, 'out.md');
    const printed: string[] = [];
    const complaints: string[] = [];

    const servers = ['--server', `mine=${COMMAND}`, '--server', `broken=${COMMAND} failing`];
    const shape = ['--runtime', '0.1', '--repeat', '1', '--size', '16M', '--dir', directory];
    const workloads = ['--workloads', 'raw-randread-4k-q8-c2,raw-write-128k-q2,raw-randread-4k-q1'];
    const code = await bench(
      [...servers, ...shape, ...workloads, '--json', json, '--markdown', markdown],
      {
        print: (text) => printed.push(text),
        complain: (text) => complaints.push(text),
      },
    );

    expect(complaints).toEqual([
      '! broken unix raw-randread-4k-q8-c2: expected a reply without error, found EIO',
      '! broken unix raw-randread-4k-q1: expected a reply without error, found EIO',
    ]);
    expect(code).toBe(1);
    const report = JSON.parse(await readFile(json, 'utf8')) as {
      readonly node: string;
      readonly load: readonly number[];
      readonly results: readonly Result[];
    };
    expect(report.node).toBe(process.version);
    expect(report.load).toHaveLength(3);
    const [reads, writes, alone] = report.results;
    expect(reads?.rows.map(({ server }) => server)).toEqual(['mine']);
    expect(writes?.rows.map(({ server }) => server)).toEqual(['mine', 'broken']);
    expect(reads?.rows[0]?.rate).toBeGreaterThan(100);
    expect(reads?.rows[0]?.residentMebibytes).toBeGreaterThan(16);
    expect(alone?.rows[0]?.p50Micros).toBeGreaterThan(0);
    expect(printed.join('\n')).toContain('## raw-write-128k-q2 over unix');
    expect(await readFile(markdown, 'utf8')).toContain('## raw-write-128k-q2 over unix');
  },
);
