import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { bench } from '../src/bench.ts';
import type { Recording } from '../src/results/recording.ts';

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
    const names =
      'raw-randread-4k-q8-c2,raw-write-128k-q2,raw-randread-4k-q1,' +
      'raw-randread-mixed-q4-structured,raw-randwrite-mixed-q4-extended,rss-c0,stalled-c2,beside-cold-q2';
    const workloads = ['--workloads', names];
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
      '! broken unix raw-randread-mixed-q4-structured: expected a reply without error, found a chunk of type 32769',
      '! broken unix stalled-c2: expected a reply without error, found EIO',
      'left out: mine unix beside-cold-q2: its disk is no file',
      'left out: broken unix beside-cold-q2: its disk is no file',
    ]);
    expect(code).toBe(1);
    const report = JSON.parse(await readFile(json, 'utf8')) as Recording;
    expect(report.machine.node).toBe(process.version);
    expect(report.machine.load).toHaveLength(3);
    const [reads, writes, alone, structured, extended, idle, stalled] = report.results;
    expect(reads?.rows.map(({ server }) => server)).toEqual(['mine']);
    expect(writes?.rows.map(({ server }) => server)).toEqual(['mine', 'broken']);
    expect(reads?.rows[0]?.rate).toBeGreaterThan(100);
    expect(reads?.rows[0]?.residentMebibytes).toBeGreaterThan(16);
    expect(alone?.rows[0]?.p50Micros).toBeGreaterThan(0);
    expect(structured?.rows[0]?.rate).toBeGreaterThan(100);
    expect(extended?.rows.map(({ server }) => server)).toEqual(['mine', 'broken']);
    expect(idle?.rows[0]?.rate).toBeGreaterThan(16);
    expect(stalled?.rows[0]?.rate).toBeGreaterThan(16);
    expect(printed.join('\n')).toContain('## raw-write-128k-q2 over unix');
    expect(await readFile(markdown, 'utf8')).toContain('## raw-write-128k-q2 over unix');
  },
);
