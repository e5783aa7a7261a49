import { expect, test } from 'vitest';
import { DescriptorWatch } from './descriptor-watch.ts';
import { SILENT } from './log.ts';

function watching(readMax: () => number | undefined) {
  const warned: object[] = [];
  const log = { ...SILENT, warn: (fields: object) => void warned.push(fields) };
  return { watch: new DescriptorWatch(log, readMax), warned };
}

test('S-33 a client among the last sixteen descriptors is a warning, the next one is not', () => {
  const { watch, warned } = watching(() => 100);
  watch.accepted(83);
  expect(warned).toEqual([]);
  for (const descriptor of [84, 85, 99, 60]) watch.accepted(descriptor);
  expect(warned).toEqual([{ descriptor: 84, openFilesMax: 100 }]);
});

test('after a time of plenty there is a warning again', () => {
  const { watch, warned } = watching(() => 100);
  for (const descriptor of [90, 50, 90, 49, 91]) watch.accepted(descriptor);
  expect(warned).toEqual([90, 91].map((descriptor) => ({ descriptor, openFilesMax: 100 })));
});

test('a limit that was raised meanwhile counts', () => {
  let max = 100;
  const { watch, warned } = watching(() => max);
  max = 200;
  for (const descriptor of [99, 183, 184]) watch.accepted(descriptor);
  expect(warned).toEqual([{ descriptor: 184, openFilesMax: 200 }]);
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
