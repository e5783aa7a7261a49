/** Clients that take and do not give: what they may cost the server and the others. */
import { setTimeout as pause } from 'node:timers/promises';
import { Command, ErrorCode } from '@nbd/codec';
import { describe, expect, it } from 'vitest';
import { RawClient, requestBytes } from '../src/raw-client.ts';
import { tryTool } from '../src/run-tool.ts';
import { serveDisk, type ServedDisk, TRANSPORTS, type Transport } from '../src/served-disk.ts';
import { needTools } from '../src/tools.ts';

const MIB = 2 ** 20;
/** What a client that stops reading may cost beyond a server that has served others, bytes. */
const GROWTH_MAX = 64 * MIB;
/** The median of what others wait for a small read, milliseconds. It is below 1 on an idle machine. */
const LATENCY_MAX = 50;

needTools('nbdinfo');

/** Reads 4 KiB, and answers how long that took, milliseconds. */
async function timedRead(client: RawClient, offset: number): Promise<number> {
  const start = performance.now();
  client.send(requestBytes({ type: Command.READ, offset, length: 4096 }));
  expect((await client.reply()).error).toBe(ErrorCode.OK);
  await client.take(4096);
  return performance.now() - start;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] as number;
}

/** Reads 64 MiB in large pieces, so that what the server needs for its work is there. */
async function warmUp(client: RawClient): Promise<void> {
  for (let i = 0; i < 16; i++) {
    client.send(requestBytes({ type: Command.READ, offset: 4 * i * MIB, length: 4 * MIB }));
    await client.reply();
    await client.take(4 * MIB);
  }
}

/** Asks for 1 GiB in pieces of `length`, and reads none of it. */
function askWithoutReading(client: RawClient, length: number): void {
  const request = requestBytes({ type: Command.READ, length });
  client.send(Buffer.concat(Array.from({ length: (1024 * MIB) / length }, () => request)));
}

/** The highest memory of the server while another client reads for a second, and its latencies. */
async function watch(
  served: ServedDisk,
  other: RawClient,
): Promise<{ peak: number; times: number[] }> {
  const times: number[] = [];
  let peak = 0;
  for (let i = 0; i < 100; i++) {
    times.push(await timedRead(other, i * 4096));
    peak = Math.max(peak, await served.residentBytes());
    await pause(10);
  }
  return { peak, times };
}

/** Enters with `count` clients at once, as soon as the server has noticed that earlier ones are gone. */
async function enterTogether(
  served: ServedDisk,
  transport: Transport,
  count: number,
): Promise<readonly RawClient[]> {
  for (let attempt = 1; ; attempt++) {
    const entering = Array.from({ length: count }, () => RawClient.enter(served, transport));
    const clients = (await Promise.allSettled(entering)).flatMap((entry) =>
      entry.status === 'fulfilled' ? [entry.value] : [],
    );
    if (clients.length === count) return clients;
    if (attempt === 100) throw new Error(`expected places for ${count}, found ${clients.length}`);
    for (const client of clients) client.socket.destroy();
    await pause(20);
  }
}

describe.each(TRANSPORTS)('over %s', (transport) => {
  it.each([
    { length: 4096, kind: 'small' },
    { length: MIB, kind: 'large' },
    { length: 32 * MIB, kind: 'the largest' },
  ])(
    'a client that reads no replies to $kind reads costs less than 64 MiB and nobody time (C-187, C-188)',
    async ({ length }) => {
      const served = await serveDisk({ exports: { disk: 'pattern:1G' } });
      const other = await RawClient.enter(served, transport);
      await warmUp(other);
      const base = await served.residentBytes();
      const deaf = await RawClient.enter(served, transport);
      askWithoutReading(deaf, length);
      const { peak, times } = await watch(served, other);
      expect(peak - base).toBeLessThan(GROWTH_MAX);
      expect(median(times)).toBeLessThan(LATENCY_MAX);
      // It is still served when it listens again.
      expect((await deaf.reply()).error).toBe(ErrorCode.OK);
      expect(await deaf.take(length)).toHaveLength(length);
    },
  );

  it('connections above --max-connections are closed without a byte, and places are freed (C-029)', async () => {
    const args = ['--max-connections', '4'];
    const served = await serveDisk({ exports: { disk: 'memory:1M' }, args });
    const guests = await Promise.all([1, 2, 3, 4].map(() => RawClient.enter(served, transport)));
    const turnedAway = await Promise.all(
      Array.from({ length: 200 }, async () =>
        (await RawClient.connect(served, transport)).takeRest(),
      ),
    );
    expect(turnedAway.every(({ length }) => length === 0)).toBe(true);
    expect((await tryTool('nbdinfo', ['--size', served.uri(transport)])).exitCode).toBe(1);
    await timedRead(guests[0] as RawClient, 0);

    for (const guest of guests) guest.send(requestBytes({ type: Command.DISC }));
    await Promise.all(guests.map((guest) => guest.takeRest()));
    // More than there are places. The server hears of the end of a client a moment after it, so one may be turned away.
    for (let i = 0; i < 10; i++) {
      let size = await tryTool('nbdinfo', ['--size', served.uri(transport)]);
      while (size.exitCode !== 0) {
        size = await tryTool('nbdinfo', ['--size', served.uri(transport)]);
      }
      expect(Number(size.stdout)).toBe(MIB);
    }
  });

  it('500 clients that come and go abruptly leave all places free (C-006)', async () => {
    const args = ['--max-connections', '50'];
    const served = await serveDisk({ exports: { disk: 'pattern:64M' }, args });
    for (let round = 0; round < 10; round++) {
      for (const client of await enterTogether(served, transport, 50)) {
        client.send(requestBytes({ type: Command.READ, length: MIB }));
        if (transport === 'tcp') client.socket.resetAndDestroy();
        else client.socket.destroy();
      }
    }
    const last = await enterTogether(served, transport, 50);
    const times = await Promise.all(last.map((client) => timedRead(client, 0)));
    expect(times).toHaveLength(50);
  });
});
