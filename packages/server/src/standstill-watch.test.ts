import { expect, test } from 'vitest';
import { StandstillWatch } from './standstill-watch.ts';

interface Subject {
  mark: number | undefined;
}

function scene(...subjects: Subject[]) {
  const found: Subject[] = [];
  const watch = new StandstillWatch<Subject>({
    millis: 1000,
    subjects,
    markOf: ({ mark }) => mark,
    found: (subject) => found.push(subject),
  });
  const looks = (times: number): number => {
    for (let i = 0; i < times; i++) watch.look();
    return found.splice(0).length;
  };
  return { looks };
}

test('one that stands still is found at the fifth look, when the time is over, and at each after that', () => {
  const { looks } = scene({ mark: 7 });
  expect(looks(4)).toBe(0);
  expect(looks(1)).toBe(1);
  expect(looks(2)).toBe(2);
});

test('one with whom something goes on begins anew', () => {
  const subject: Subject = { mark: 7 };
  const { looks } = scene(subject);
  expect(looks(4)).toBe(0);
  subject.mark = 8;
  expect(looks(4)).toBe(0);
  expect(looks(1)).toBe(1);
});

test('one that waits for nothing is not watched, and is watched anew when it does', () => {
  const subject: Subject = { mark: 7 };
  const { looks } = scene(subject, { mark: undefined });
  expect(looks(4)).toBe(0);
  subject.mark = undefined;
  expect(looks(10)).toBe(0);
  subject.mark = 7;
  expect(looks(4)).toBe(0);
  expect(looks(1)).toBe(1);
});
