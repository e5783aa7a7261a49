import { expect, it } from 'vitest';
import { inFlight } from './in-flight.ts';

it('keeps so many under way until there are no more', async () => {
  let [asked, underWay, most] = [0, 0, 0];
  const request = async (): Promise<void> => {
    asked += 1;
    underWay += 1;
    most = Math.max(most, underWay);
    await Promise.resolve();
    underWay -= 1;
  };
  await inFlight(3, () => (asked === 10 ? undefined : request()));
  expect({ asked, underWay, most }).toEqual({ asked: 10, underWay: 0, most: 3 });
});

it('rejects with the first that fails', async () => {
  await expect(inFlight(2, () => Promise.reject(new Error('lost')))).rejects.toThrow('lost');
});
