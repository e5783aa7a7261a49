import { expect, it } from 'vitest';
import { BlockHistory } from './block-history.ts';
import { FOREIGN } from '../stamped-blocks.ts';

function history({ tearsInFlight = false } = {}): BlockHistory {
  return new BlockHistory({ initial: [0, 0, 0], tearsInFlight });
}

function write(calls: BlockHistory, stamp: number, first: number, count: number): void {
  calls.writeAnswered(calls.writeAsked(stamp, first, count));
}

function read(calls: BlockHistory, first: number, ...found: readonly (readonly number[])[]): void {
  const pending = calls.readAsked(first, found.length);
  calls.readAnswered(pending, (block) => found[block - first] as readonly number[]);
}

it('each block is a register of its own: a read may see parts of a write under way', () => {
  const calls = history();
  const pending = calls.writeAsked(1, 0, 3);
  read(calls, 0, [1], [0], [1]);
  calls.writeAnswered(pending);
  read(calls, 0, [1], [1], [1]);
  expect(calls.anomalies()).toEqual([]);
});

it('a stale block of a read is found, and no other', () => {
  const calls = history();
  write(calls, 1, 0, 3);
  read(calls, 0, [1], [0], [1]);
  expect(calls.anomalies()).toEqual([
    { block: 1, anomaly: { kind: 'stale-read', value: 0, other: 1 } },
  ]);
});

it('a write that was never answered may be seen, or not, but not seen and gone again', () => {
  const seen = history();
  seen.writeAsked(1, 0, 2);
  read(seen, 0, [1], [0]);
  expect(seen.anomalies()).toEqual([]);
  const gone = history();
  gone.writeAsked(1, 0, 1);
  read(gone, 0, [1]);
  read(gone, 0, [0]);
  expect(gone.anomalies()).toHaveLength(1);
});

it('a torn block is an anomaly, unless a write was under way and that is allowed', () => {
  const torn = { block: 1, anomaly: { kind: 'torn-read', found: [1, 2] } };
  for (const tearsInFlight of [false, true]) {
    const during = history({ tearsInFlight });
    write(during, 1, 1, 1);
    const pending = during.writeAsked(2, 0, 2);
    read(during, 1, [1, 2]);
    during.writeAnswered(pending);
    expect(during.anomalies()).toEqual(tearsInFlight ? [] : [torn]);

    const afterwards = history({ tearsInFlight });
    write(afterwards, 1, 1, 1);
    write(afterwards, 2, 1, 1);
    read(afterwards, 1, [1, 2]);
    expect(afterwards.anomalies()).toEqual([torn]);
  }
});

it('the parts of a torn block must each be what a read could have found', () => {
  const calls = history({ tearsInFlight: true });
  write(calls, 1, 1, 1);
  write(calls, 2, 1, 1);
  const pending = calls.writeAsked(3, 1, 1);
  read(calls, 1, [1, 3]);
  calls.writeAnswered(pending);
  expect(calls.anomalies()).toEqual([
    { block: 1, anomaly: { kind: 'stale-read', value: 1, other: 2 } },
  ]);
});

it('bytes from nowhere are an anomaly', () => {
  const calls = history({ tearsInFlight: true });
  read(calls, 2, [FOREIGN]);
  expect(calls.anomalies()).toEqual([
    { block: 2, anomaly: { kind: 'unknown-value', value: FOREIGN } },
  ]);
});
