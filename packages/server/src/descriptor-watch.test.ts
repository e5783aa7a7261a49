import { expect, onTestFinished, test } from 'vitest';
import { DESCRIPTOR_WATCH_BYTES, DescriptorWatch } from './descriptor-watch.ts';
import { SILENT } from './log.ts';
import { RepeatedLines } from './repeated-lines.ts';

function watching(readMax: () => number | undefined, memory?: SharedArrayBuffer) {
  const warned: object[] = [];
  const lines = new RepeatedLines({ ...SILENT, warn: (fields) => void warned.push(fields) });
  onTestFinished(() => lines.close());
  return { watch: new DescriptorWatch(lines, memory, readMax), warned, end: () => lines.close() };
}

test('S-33 a client among the last sixteen descriptors is a warning, the next one is not', () => {
  const { watch, warned } = watching(() => 100);
  watch.accepted(83);
  expect(warned).toEqual([]);
  for (const descriptor of [84, 85, 99, 60]) watch.accepted(descriptor);
  expect(warned).toEqual([{ descriptor: 84, openFilesMax: 100 }]);
});

test('after a client in the lower half there is a warning again', () => {
  const { watch, warned } = watching(() => 100);
  for (const descriptor of [90, 50, 90, 49, 91]) watch.accepted(descriptor);
  expect(warned).toEqual([90, 91].map((descriptor) => ({ descriptor, openFilesMax: 100 })));
});

test('S-33 of several threads one warns for all, and any of them learns that there is room again', () => {
  const memory = new SharedArrayBuffer(DESCRIPTOR_WATCH_BYTES);
  const [one, other] = [watching(() => 100, memory), watching(() => 100, memory)];
  for (const { watch } of [one, other]) watch.accepted(90);
  expect([one.warned, other.warned]).toEqual([[{ descriptor: 90, openFilesMax: 100 }], []]);
  one.watch.accepted(10);
  for (const { watch } of [other, one]) watch.accepted(91);
  expect(other.warned).toEqual([{ descriptor: 91, openFilesMax: 100 }]);
  expect(one.warned).toHaveLength(1);
});

test('a limit that was raised meanwhile counts', () => {
  let max = 100;
  const { watch, warned } = watching(() => max);
  max = 200;
  for (const descriptor of [99, 183, 184]) watch.accepted(descriptor);
  expect(warned).toEqual([{ descriptor: 184, openFilesMax: 200 }]);
});

test('a client at the last descriptor of all is a warning too, though there is none left to read the limit by', () => {
  const limits = [100, undefined, 100];
  const { watch, warned } = watching(() => limits.shift());
  for (const descriptor of [99, 10, 98]) watch.accepted(descriptor);
  expect(warned).toEqual([99, 98].map((descriptor) => ({ descriptor, openFilesMax: 100 })));
});

test('clients that come by high and low descriptors in turn do not fill the log', () => {
  const { watch, warned, end } = watching(() => 100);
  for (let i = 0; i < 100; i++) for (const descriptor of [90, 10]) watch.accepted(descriptor);
  end();
  const fields = { descriptor: 90, openFilesMax: 100 };
  expect(warned).toEqual([...Array.from({ length: 5 }, () => fields), { ...fields, leftOut: 94 }]);
});

test('more connections than there can be descriptors are a warning at the start', () => {
  const { watch, warned } = watching(() => 100);
  watch.expect(84);
  expect(warned).toEqual([]);
  watch.expect(85);
  expect(warned).toEqual([{ maxConnections: 85, openFilesMax: 100 }]);
});

test('where nobody knows how many there may be, or which one it is, nobody is warned', () => {
  for (const [max, descriptor] of [
    [undefined, 2 ** 30],
    [100, undefined],
  ] as const) {
    const { watch, warned } = watching(() => max);
    watch.accepted(descriptor);
    if (max === undefined) watch.expect(2 ** 30);
    expect(warned).toEqual([]);
  }
});
