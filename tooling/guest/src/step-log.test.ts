import { expect, it } from 'vitest';
import { StepLog } from './step-log.ts';

it('tells and keeps each step with its verdict, and throws on what has failed', async () => {
  const told: string[] = [];
  const log = new StepLog((line) =>
    told.push(line.replace(/ +/g, ' ').replace(/\d+\.\d s/, 'N s')),
  );
  const answer = await log.step('ext4', 'attach', () => Promise.resolve(4), String);
  expect(answer).toBe(4);
  const failing = log.step('ext4', 'trim', () => Promise.reject(new Error('no holes')), String);
  await expect(failing).rejects.toThrow('no holes');
  expect(told).toEqual(['step ext4: attach N s ok 4', 'step ext4: trim N s FAILED: no holes']);
  expect(log.records).toMatchObject([
    { scenario: 'ext4', step: 'attach', failure: undefined, seen: '4' },
    { scenario: 'ext4', step: 'trim', failure: 'no holes', seen: '' },
  ]);
});
