import { expect, it } from 'vitest';
import { COLUMNS } from '../src/bench/columns.ts';
import { ourServer } from '../src/bench/our-server.ts';
import { rawClient } from '../src/bench/raw-client.ts';
import { countRequests } from '../src/bench/request-counts.ts';
import { needGateway } from '../src/need-gateway.ts';

const CHUNK_BYTES = 2 ** 18;

const gateway = needGateway();
const now = (): number => performance.now();
const columns = COLUMNS.filter(({ name }) => name === 'writeJournal');

it('4 KiB and a flush are one put through our server, and sometimes two, and one of the client alone', async () => {
  const access = gateway();
  const where = { access, columns, round: 0, millisMax: 300, now };
  await ourServer(access, CHUNK_BYTES).create();

  const ours = await countRequests({
    ...where,
    make: (proxied) => ourServer(proxied, CHUNK_BYTES),
  });
  const done = ours[0]?.done ?? 0;
  const requests = ours[0]?.requests ?? {};
  expect(done).toBeGreaterThan(0);
  // A head has room for fifteen. At the end the volume is let go of, and the lease may have been renewed.
  expect(requests['PUT']).toBeGreaterThanOrEqual(done + Math.floor(done / 16));
  expect(requests['PUT']).toBeLessThanOrEqual(done + Math.ceil(done / 15) + 3);
  expect(requests['GET'] ?? 0).toBe(0);

  const raw = await countRequests({ ...where, make: (proxied) => rawClient(proxied, CHUNK_BYTES) });
  expect(raw[0]?.requests).toEqual({ PUT: raw[0]?.done });
});
