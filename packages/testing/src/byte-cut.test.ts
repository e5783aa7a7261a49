import { describe, expect, it } from 'vitest';
import { ByteCuts } from './byte-cut.ts';

describe('a cut', () => {
  it('lets its bytes pass and no more, and is made once', () => {
    const cuts = new ByteCuts();
    cuts.add({ bytes: 10 });
    expect(cuts.pass('server', 6)).toEqual({ bytes: 6, isCut: false });
    expect(cuts.pass('client', 100)).toEqual({ bytes: 100, isCut: false });
    expect(cuts.pass('server', 6)).toEqual({ bytes: 4, isCut: true });
    expect(cuts.pass('server', 6)).toEqual({ bytes: 6, isCut: false });
  });

  it('is made behind its last byte, whether more come or not', () => {
    const cuts = new ByteCuts();
    cuts.add({ bytes: 3, from: 'client' });
    expect(cuts.pass('client', 3)).toEqual({ bytes: 3, isCut: true });
  });

  it('after none is made before the next', () => {
    const cuts = new ByteCuts();
    cuts.add({ bytes: 0 });
    expect(cuts.pass('server', 3)).toEqual({ bytes: 0, isCut: true });
  });

  it('comes after another that was nearer', () => {
    const cuts = new ByteCuts();
    cuts.add({ bytes: 5 });
    cuts.add({ bytes: 2 });
    expect(cuts.pass('server', 9)).toEqual({ bytes: 2, isCut: true });
    expect(cuts.pass('server', 9)).toEqual({ bytes: 3, isCut: true });
  });

  it.each([-1, 0.5, Number.NaN])('after %d bytes is refused', (bytes) => {
    expect(() => new ByteCuts().add({ bytes })).toThrow(RangeError);
  });
});
