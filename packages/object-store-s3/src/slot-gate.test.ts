import { describe, expect, it } from 'vitest';
import { type Lane, SlotGate } from './slot-gate.ts';

const never = new AbortController().signal;

/** Goes through the gate, and tells in `order` when it is inside. */
async function go(gate: SlotGate, lane: Lane, order: string[], name: string): Promise<void> {
  await gate.enter(lane, never);
  order.push(name);
}

/** Lets all that can settle settle. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

describe('the gate of requests', () => {
  it('lets as many in as it has slots, and the next one when one leaves', async () => {
    const gate = new SlotGate(2, 2);
    const order: string[] = [];
    const all = ['a', 'b', 'c', 'd'].map((name) => go(gate, 'other', order, name));
    await settled();
    expect(order).toEqual(['a', 'b']);
    gate.leave('other');
    await settled();
    expect(order).toEqual(['a', 'b', 'c']);
    gate.leave('other');
    await Promise.all(all);
    expect(order).toEqual(['a', 'b', 'c', 'd']);
  });

  it('keeps slots for reads that uploads cannot take', async () => {
    const gate = new SlotGate(3, 2);
    const order: string[] = [];
    const all = ['u1', 'u2', 'u3'].map((name) => go(gate, 'upload', order, name));
    all.push(go(gate, 'other', order, 'r1'));
    await settled();
    expect(order).toEqual(['u1', 'u2', 'r1']);
    gate.leave('other');
    await settled();
    expect(order).not.toContain('u3');
    gate.leave('upload');
    await Promise.all(all);
    expect(order.at(-1)).toBe('u3');
  });

  it('forgets who has given up waiting', async () => {
    const gate = new SlotGate(1, 1);
    await gate.enter('other', never);
    const controller = new AbortController();
    const waiting = gate.enter('other', controller.signal);
    const behind = gate.enter('other', never);
    controller.abort(new Error('given up'));
    await expect(waiting).rejects.toThrow('given up');
    await expect(gate.enter('other', controller.signal)).rejects.toThrow('given up');
    gate.leave('other');
    await behind;
  });
});
