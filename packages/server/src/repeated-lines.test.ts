import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { recordingLog } from '../test/serving.ts';
import { letTimeGoOn, passTime, stopTime } from '../test/stopped-time.ts';
import { RepeatedLines } from './repeated-lines.ts';

beforeEach(stopTime);
afterEach(letTimeGoOn);

/** The lines of what is told; each shows its message, its number and how many were left out before it. */
function scene() {
  const { log, lines } = recordingLog();
  const repeated = new RepeatedLines(log);
  let number = 0;
  const fails = (times: number, kind = 'EIO', message = 'failed'): void => {
    for (let i = 0; i < times; i++) repeated.tell('warn', kind, { number: ++number }, message);
  };
  const told = (): readonly string[] =>
    lines.splice(0).map(({ message, fields }) => {
      const { number: which, leftOut } = fields as { number: number; leftOut?: number };
      return `${message} ${which}${leftOut === undefined ? '' : ` +${leftOut}`}`;
    });
  return { repeated, fails, told };
}

test('the first five are told at once, then the last of each second with the count of the others', () => {
  const { fails, told } = scene();
  fails(4000);
  expect(told()).toEqual(['failed 1', 'failed 2', 'failed 3', 'failed 4', 'failed 5']);
  passTime(999);
  expect(told()).toEqual([]);
  passTime(1);
  expect(told()).toEqual(['failed 4000 +3994']);
  fails(3);
  passTime(1000);
  expect(told()).toEqual(['failed 4003 +2']);
});

test('none is lost: those that were told and those that were left out are all', () => {
  const { repeated, fails, told } = scene();
  for (let second = 0; second < 7; second++) {
    fails(second * 13);
    passTime(1000);
  }
  fails(9);
  repeated.close();
  const count = told().reduce((sum, line) => sum + 1 + Number(line.split('+')[1] ?? 0), 0);
  expect(count).toBe(13 * 21 + 9);
});

test('a single one that was left out is told as it is', () => {
  const { fails, told } = scene();
  fails(6);
  told();
  passTime(1000);
  expect(told()).toEqual(['failed 6']);
});

test('after a second without any it begins anew', () => {
  const { fails, told } = scene();
  fails(5);
  told();
  passTime(1000);
  fails(2);
  expect(told()).toEqual(['failed 6', 'failed 7']);
});

test('kinds and messages do not hide each other', () => {
  const { fails, told } = scene();
  fails(9);
  told();
  fails(1, 'ENOSPC');
  fails(1, 'EIO', 'broken');
  expect(told()).toEqual(['failed 10', 'broken 11']);
});

test('more kinds than are told apart are one, so that nobody who makes them up fills the log', () => {
  const { fails, told } = scene();
  for (let kind = 0; kind < 10_000; kind++) fails(1, `name ${kind}`);
  expect(told()).toHaveLength(105);
  passTime(1000);
  expect(told()).toEqual(['failed 10000 +9894']);
});

test('it keeps no timer when there is nothing to tell, nor after its end', () => {
  const { repeated, fails } = scene();
  expect(vi.getTimerCount()).toBe(0);
  fails(6);
  passTime(1000);
  expect(vi.getTimerCount()).toBe(1);
  passTime(1000);
  expect(vi.getTimerCount()).toBe(0);
  fails(6);
  repeated.close();
  expect(vi.getTimerCount()).toBe(0);
});
