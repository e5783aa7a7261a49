import { expect, test } from 'vitest';
import { type Progress, StandstillWatch } from './standstill-watch.ts';

interface Subject {
  progress: Progress | undefined;
}

const at = (amount: number, task = 1): Progress => ({ task, amount });

function scene(amountMin: number, ...subjects: Subject[]) {
  const found: Subject[] = [];
  const watch = new StandstillWatch<Subject>({
    millis: 1000,
    amountMin,
    subjects,
    progressOf: ({ progress }) => progress,
    found: (subject) => found.push(subject),
  });
  const looks = (times: number): number => {
    for (let i = 0; i < times; i++) watch.look();
    return found.splice(0).length;
  };
  return { looks };
}

test('one that stands still is found at the fifth look, when the time is over, and at each after that', () => {
  const { looks } = scene(1, { progress: at(7) });
  expect(looks(4)).toBe(0);
  expect(looks(1)).toBe(1);
  expect(looks(2)).toBe(2);
});

test('one with whom something goes on begins anew', () => {
  const subject: Subject = { progress: at(7) };
  const { looks } = scene(1, subject);
  expect(looks(4)).toBe(0);
  subject.progress = at(8);
  expect(looks(4)).toBe(0);
  expect(looks(1)).toBe(1);
});

test('one that waits for nothing is not watched, and is watched anew when it does', () => {
  const subject: Subject = { progress: at(7) };
  const { looks } = scene(1, subject, { progress: undefined });
  expect(looks(4)).toBe(0);
  subject.progress = undefined;
  expect(looks(10)).toBe(0);
  subject.progress = at(7);
  expect(looks(4)).toBe(0);
  expect(looks(1)).toBe(1);
});

test('one that does a little at each look, and less than it must in all, is found when the time is over', () => {
  const subject: Subject = { progress: at(0) };
  const { looks } = scene(100, subject);
  looks(1);
  for (let amount = 24; amount < 96; amount += 24) {
    subject.progress = at(amount);
    expect(looks(1)).toBe(0);
  }
  subject.progress = at(96);
  expect(looks(1)).toBe(1);
});

test('one that does as much as it must is never found, be it little by little or at the last moment', () => {
  const steady: Subject = { progress: at(0) };
  const late: Subject = { progress: at(0) };
  const { looks } = scene(100, steady, late);
  for (let look = 1; look <= 40; look++) {
    expect(looks(1)).toBe(0);
    steady.progress = at(look * 25);
    late.progress = at(Math.floor(look / 4) * 100);
  }
});

test('one that has come to something else begins anew, however little it does of that', () => {
  const subject: Subject = { progress: at(0) };
  const { looks } = scene(100, subject);
  for (let task = 0; task < 9; task++) {
    subject.progress = at(0, task);
    expect(looks(4)).toBe(0);
  }
  expect(looks(1)).toBe(1);
});
