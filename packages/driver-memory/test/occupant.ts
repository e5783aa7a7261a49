/** A thread that uses a disk, or has it alone, for a while: it says when it begins, and notes that it is about to end. */
import { parentPort, workerData } from 'node:worker_threads';
import { SharedUse } from '../src/threads/shared-use.ts';

export interface Stay {
  /** The control words of a disk. */
  readonly control: SharedArrayBuffer;
  readonly kind: 'use' | 'alone';
  /** One word: 1 once the end is near. Who stores that there and wakes the thread ends its stay. */
  readonly note: SharedArrayBuffer;
  /** After so long it goes unasked. */
  readonly millisMax: number;
}

const { control, kind, note, millisMax } = workerData as Stay;
const use = new SharedUse(new Int32Array(control));
if (kind === 'alone') use.alone(stay);
else {
  use.begin();
  stay();
  use.end();
}

function stay(): void {
  const words = new Int32Array(note);
  parentPort?.postMessage('inside');
  // It holds up the whole thread, as a copy would.
  Atomics.wait(words, 0, 0, millisMax);
  Atomics.store(words, 0, 1);
}
