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
  millisMax = 50,
): Promise<boolean> {
  const { control } = sharedMemory({ size: 1 });
  const note = new SharedArrayBuffer(4);
  const words = new Int32Array(note);
  const thread = startThread('occupant.ts', { control, kind, note, millisMax } satisfies Stay);
  // One that does not stay long may end before its message is heard here.
  const gone = once(thread, 'exit');
  await once(thread, 'message');
  const met = step(new SharedUse(new Int32Array(control)), () => Atomics.load(words, 0) === 1);
  Atomics.store(words, 0, 1);
  Atomics.notify(words, 0);
  await gone;
  return met;
}

function useIt(use: SharedUse, hasLeft: () => boolean): boolean {
  use.begin();
  const left = hasLeft();
  use.end();
  return left;
}

test('who wants to be alone waits until those inside have left', async () => {
  expect(await meeting('use', (use, hasLeft) => use.alone(hasLeft))).toBe(true);
});

test('who comes while another is alone waits outside', async () => {
  expect(await meeting('alone', useIt)).toBe(true);
});

test('of two who want to be alone, one waits for the other', async () => {
  expect(await meeting('alone', (use, hasLeft) => use.alone(hasLeft))).toBe(true);
});

test('those who use it do not wait for each other', async () => {
  // Until it is sent away, on machines that may be busy.
  expect(await meeting('use', useIt, 5000)).toBe(false);
});
