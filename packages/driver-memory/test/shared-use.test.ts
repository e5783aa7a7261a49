import { once } from 'node:events';
import { expect, test } from 'vitest';
import { sharedMemory } from '../src/index.ts';
import { SharedUse } from '../src/threads/shared-use.ts';
import type { Stay } from './occupant.ts';
import { startThread } from './typescript-thread.ts';

/** Another thread stays inside while `step` is run here. Answers whether it was about to leave by then. */
async function meeting(
  kind: Stay['kind'],
  step: (use: SharedUse, hasLeft: () => boolean) => boolean,
): Promise<boolean> {
  const { control } = sharedMemory({ size: 1 });
  const note = new SharedArrayBuffer(4);
  const thread = startThread('occupant.ts', { control, kind, note } satisfies Stay);
  await once(thread, 'message');
  const gone = once(thread, 'exit');
  const met = step(new SharedUse(new Int32Array(control)), () => new Int32Array(note)[0] === 1);
  await gone;
  return met;
}

test('who wants to be alone waits until those inside have left', async () => {
  expect(await meeting('use', (use, hasLeft) => use.alone(hasLeft))).toBe(true);
});

test('who comes while another is alone waits outside', async () => {
  expect(
    await meeting('alone', (use, hasLeft) => {
      use.begin();
      const left = hasLeft();
      use.end();
      return left;
    }),
  ).toBe(true);
});

test('of two who want to be alone, one waits for the other', async () => {
  expect(await meeting('alone', (use, hasLeft) => use.alone(hasLeft))).toBe(true);
});

test('those who use it do not wait for each other', async () => {
  expect(
    await meeting('use', (use, hasLeft) => {
      use.begin();
      const left = hasLeft();
      use.end();
      return left;
    }),
  ).toBe(false);
});
