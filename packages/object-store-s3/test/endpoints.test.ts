import { describe, expect, it } from 'vitest';
import { answer, cut, fault, object, ScriptedServer, silence } from './scripted-server.ts';
import { bytes, storeAt } from './store-at.ts';

describe('a store with several endpoints', () => {
  it('goes on with the next one that works, and stays there', async () => {
    await using broken = await ScriptedServer.start(cut);
    await using sound = await ScriptedServer.start(object('hello'));
    const { store } = storeAt([broken.endpoint, sound.endpoint]);
    for (let call = 0; call < 3; call++) {
      expect((await store.get('a'))?.bytes).toEqual(bytes('hello'));
    }
    expect([broken.seen.length, sound.seen.length]).toEqual([1, 3]);
    await store.close();
  });

  it('goes around when the second one fails too', async () => {
    await using first = await ScriptedServer.start(answer(503), object('hello'));
    await using second = await ScriptedServer.start(answer(502));
    const { store } = storeAt([first.endpoint, second.endpoint]);
    expect((await store.get('a'))?.bytes).toEqual(bytes('hello'));
    expect([first.seen.length, second.seen.length]).toEqual([2, 1]);
    await store.close();
  });

  it('leaves one that does not answer', async () => {
    await using mute = await ScriptedServer.start(silence);
    await using sound = await ScriptedServer.start(object('hello'));
    const { store, clock } = storeAt([mute.endpoint, sound.endpoint]);
    const readings = [store.get('a'), store.get('b')];
    await mute.untilSeen(2);
    clock.advance(10_000);
    for (const reading of readings) expect((await reading)?.bytes).toEqual(bytes('hello'));
    await store.close();
  });

  it('stays with one that is only busy', async () => {
    await using busy = await ScriptedServer.start(fault(503, 'SlowDown'), object('hello'));
    await using other = await ScriptedServer.start(object('other'));
    const { store } = storeAt([busy.endpoint, other.endpoint]);
    expect((await store.get('a'))?.bytes).toEqual(bytes('hello'));
    await store.close();
  });

  it('signs for the one that it asks', async () => {
    await using broken = await ScriptedServer.start(cut);
    await using sound = await ScriptedServer.start(object('hello'));
    const { store } = storeAt([broken.endpoint, sound.endpoint]);
    await store.get('a');
    const [first, second] = [broken.seen[0], sound.seen[0]].map((seen) => seen?.headers);
    expect(first?.host).not.toBe(second?.host);
    expect(first?.authorization).not.toBe(second?.authorization);
    await store.close();
  });
});
