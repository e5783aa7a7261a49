import { expect, it } from 'vitest';
import { formatReport } from './bench-report.ts';
import type { Run } from './rounds.ts';

function figures(contender: Run['contender'], values: readonly number[]): readonly Run[] {
  return values.map((figure, round) => ({ contender, column: 'writeInOrder', round, figure }));
}

it('has a row for each contender, verdicts, requests for each MiB, and who is missing', () => {
  const text = formatReport({
    machine: { node: 'v20' },
    contenders: [
      { name: 'ours', setup: 'chunks', isDurable: true },
      { name: 's3backer', setup: 'blocks', isDurable: false },
    ],
    missing: { RBD: 'which needs qemu-block-extra' },
    rounds: 3,
    runs: [...figures('ours', [10, 20, 30]), ...figures('raw client', [40, 40, 40])],
    requestCounts: [
      {
        contender: 'ours',
        column: 'writeInOrder',
        done: 128,
        requests: { PUT: 513, GET: 0, POST: 1, HEAD: 1 },
      },
    ],
  });
  expect(text.split('\n\n').map((part) => part.split('\n').slice(0, 4))).toEqual([
    ['node v20'],
    ['Not measured: RBD, which needs qemu-block-extra.'],
    [
      expect.stringMatching(/^\| server \| flush is durable \| write 1M q4, flush, MiB\/s \|/),
      expect.stringMatching(/^\| --- \|/),
      '| ours: chunks | yes | 20 (10..30) | – | – | – | – |',
      '| s3backer: blocks | **no** | – | – | – | – | – |',
    ],
    [
      '| target | at least | found |  |',
      '| --- | --- | --- | --- |',
      '| write 1M q4, flush: beside raw client | 0.8× | 0.5 (0.25..0.75)× | **missed** |',
    ],
    [
      '| requests to the store | server | for each | GET | PUT | others |',
      '| --- | --- | --- | --- | --- | --- |',
      '| write 1M q4, flush | ours | MiB | 0 | 4.01 | 0.0156 |',
      '',
    ],
  ]);
});
