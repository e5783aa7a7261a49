import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Turnstile } from './turnstile.ts';

/** Lets everything that can happen by itself happen. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it('lets in by the order of coming, and never more than its bounds', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat({ max: 12 }), { maxLength: 30 }), async (sizes) => {
      const turnstile = new Turnstile(3, 10);
      const inside: number[] = [];
      const order: number[] = [];
      for (const [i, bytes] of sizes.entries()) {
        void comeIn(turnstile, bytes, () => {
          inside.push(bytes);
          order.push(i);
        });
      }
      for (;;) {
        await settled();
        const bytes = inside.shift();
        if (bytes === undefined) break;
        expect(inside.length).toBeLessThan(3);
        const all = inside.reduce((sum, more) => sum + more, bytes);
        expect(inside.length === 0 || all <= 10).toBe(true);
        turnstile.leave(bytes);
      }
      expect(order).toEqual(sizes.map((_, i) => i));
    }),
  );
});

it('whoever gives up waiting makes way for the next', async () => {
  const turnstile = new Turnstile(2, 10);
  await turnstile.enter(6, undefined);
  const controller = new AbortController();
  const large = turnstile.enter(8, controller.signal);
  const small = turnstile.enter(4, undefined);
  controller.abort(new Error('enough'));
  await expect(large).rejects.toThrow('enough');
  await small;
  await expect(turnstile.enter(1, AbortSignal.abort(new Error('late')))).rejects.toThrow('late');
});

async function comeIn(turnstile: Turnstile, bytes: number, entered: () => void): Promise<void> {
  await turnstile.enter(bytes, undefined);
  entered();
}
