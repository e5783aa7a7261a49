import { describe, expect, it } from 'vitest';
import { type Act, answer, cut, fault, ScriptedServer } from './scripted-server.ts';
import { bytes, storeAt } from './store-at.ts';

const LOST = fault(412, 'PreconditionFailed');

/** A store with one version, which is read in one form only. */
function wanting(header: (etag: string) => string): Act {
  return (response, request) => {
    const { headers, method } = request;
    const holds =
      method !== 'PUT' || headers['if-match'] === undefined || headers['if-match'] === header('v1');
    (holds ? answer(200, { etag: '"v1"' }) : LOST)(response, request);
  };
}

describe('the form of ETags', () => {
  it.each([
    ['in quotes', (etag: string) => `"${etag}"`, 3],
    ['bare', (etag: string) => etag, 4],
  ])('is found out once, on a key for nothing else: %s', async (_name, header, requests) => {
    await using server = await ScriptedServer.start(wanting(header));
    const { store } = storeAt([server.endpoint]);
    const put = () => store.put('a', [bytes('x')], { condition: { etag: 'v1' } });
    const stored = await Promise.all([put(), put(), put()]);
    expect(stored.map((each) => each?.etag)).toEqual(['v1', 'v1', 'v1']);
    const asked = server.seen.filter(({ url }) => url.includes('/.probe/etag-form-'));
    expect(asked).toHaveLength(requests);
    expect(asked.at(-1)?.method).toBe('DELETE');
    const others = server.seen.filter((seen) => !asked.includes(seen));
    expect(others.map(({ headers }) => headers['if-match'])).toEqual(Array(3).fill(header('v1')));
    await store.close();
  });

  it('is none where no form works', async () => {
    await using server = await ScriptedServer.start(wanting(() => 'another'));
    const { store } = storeAt([server.endpoint]);
    const putting = store.put('a', [], { condition: { etag: 'v1' } });
    await expect(putting).rejects.toMatchObject({ code: 'invalid' });
    expect(server.seen.every(({ url }) => url.includes('/.probe/'))).toBe(true);
    await store.close();
  });

  it('is asked for again if the store could not be asked', async () => {
    await using server = await ScriptedServer.start(
      fault(403, 'AccessDenied'),
      wanting((etag) => `"${etag}"`),
    );
    const { store } = storeAt([server.endpoint]);
    const put = () => store.put('a', [], { condition: { etag: 'v1' } });
    await expect(put()).rejects.toMatchObject({ code: 'denied' });
    expect(await put()).toEqual({ etag: 'v1' });
    await store.close();
  });

  it('is not learned from an answer that may be that of an earlier request', async () => {
    await using server = await ScriptedServer.start(
      answer(200, { etag: '"v1"' }),
      cut,
      LOST,
      answer(204),
    );
    const { store } = storeAt([server.endpoint]);
    const putting = store.put('a', [], { condition: { etag: 'v1' } });
    await expect(putting).rejects.toMatchObject({ code: 'ambiguous' });
    await store.close();
  });
});
