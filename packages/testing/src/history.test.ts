import { describe, expect, it } from 'vitest';
import { History, type RequestRecord } from './history.ts';

const READ: RequestRecord = {
  connection: 1,
  command: 'READ',
  offset: 4096,
  length: 512,
  flags: [],
  answer: 'pending',
};

describe('a line of the history', () => {
  it.each<[Partial<RequestRecord>, string]>([
    [{}, '#1 READ 512 at 4096 -> pending'],
    [{ command: 'WRITE', flags: ['FUA'], answer: 'ENOSPC' }, '#1 WRITE 512 at 4096 FUA -> ENOSPC'],
    [{ connection: 3, command: 'FLUSH', answer: 'ok' }, '#3 FLUSH -> ok'],
    [{ command: 'RESIZE', answer: 'lost' }, '#1 RESIZE to 4096 -> lost'],
    [{ command: 'DISC', answer: 'none' }, '#1 DISC'],
  ])('%o', (part, line) => {
    const history = new History();
    history.add({ ...READ, ...part });
    expect(history.lines).toEqual([line]);
  });
});

it('an answer is told once, and those who wait look again', async () => {
  const history = new History();
  const answered = history.until(({ length }) => length === 2);
  const first = history.add(READ);
  history.add({ ...READ, command: 'FLUSH' });
  await answered;
  const settled = history.until((all) => all.at(0)?.answer !== 'pending');
  first('ok');
  first('lost');
  await settled;
  expect(String(history)).toBe('#1 READ 512 at 4096 -> ok\n#1 FLUSH -> pending');
  expect([...history].map(({ command }) => command)).toEqual(['READ', 'FLUSH']);
  history.clear();
  expect(history.length).toBe(0);
});

it('what a condition throws, rejects', async () => {
  const history = new History();
  const waiting = history.until(({ length }) => {
    if (length > 0) throw new Error('one too many');
    return false;
  });
  history.add(READ);
  await expect(waiting).rejects.toThrow('one too many');
});

it('memory is bounded: the older half goes', () => {
  const history = new History();
  for (let i = 0; i <= 100_000; i++) history.add({ ...READ, offset: i });
  expect(history.length).toBe(50_001);
  expect(history.at(0)?.offset).toBe(50_000);
});
