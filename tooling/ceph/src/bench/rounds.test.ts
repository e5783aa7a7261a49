import { expect, it } from 'vitest';
import type { Contender, ContenderName } from './contender.ts';
import { patternAt } from './pattern.ts';
import { runRounds } from './rounds.ts';

let closed = 0;
const sound = (): Promise<void> => Promise.resolve();

function contender(name: ContenderName, write: () => Promise<void>): Contender {
  return {
    name,
    setup: '',
    isDurable: true,
    inOrder: { bytes: 2 ** 20, depth: 1 },
    create: () => Promise.resolve(),
    open: () =>
      Promise.resolve({
        read(target, offset) {
          target.set(patternAt(offset, target.length));
          return Promise.resolve();
        },
        write,
        flush: () => Promise.resolve(),
        close() {
          closed += 1;
          return Promise.resolve();
        },
      }),
  };
}

it('begins each round with the next contender, and leaves out those that have failed', async () => {
  closed = 0;
  const failures: string[] = [];
  let time = 0;
  const runs = await runRounds({
    contenders: [
      contender('ours', sound),
      contender('RBD', () => Promise.reject(new Error('no space'))),
      contender('raw client', sound),
    ],
    rounds: 2,
    // Nothing is asked for: only the first request of each load is in time.
    millisMax: 2,
    now: () => time++,
    told: () => undefined,
    failed: (name, { message }) => failures.push(`${name}: ${message}`),
    signal: new AbortController().signal,
  });
  const order = runs.filter(({ column }) => column === 'writeInOrder');
  expect(order.map(({ contender: name, round }) => `${round} ${name}`)).toEqual([
    '0 ours',
    '0 raw client',
    '1 raw client',
    '1 ours',
  ]);
  expect(failures).toEqual(['RBD: no space']);
  expect(closed).toBe(4 * 5 + 1);
});
