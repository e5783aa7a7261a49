/**
 * The life of one client: it connects in some way, makes requests of a region that is its own and checks each byte that it reads,
 * and leaves, by a goodbye, by cutting the connection, or by a reset on the way.
 */
import { type Client, connect, type NbdError } from '@nbd/client';
import { BLOCK_BYTES, stampedBlocks, ZEROES } from '../stamped-blocks.ts';
import { ResettingRelay } from './resetting-relay.ts';
import { type Region, REGION_SECTORS } from './soak-regions.ts';
import { type SoakServer, WAYS } from './soak-server.ts';

export interface SoakTally {
  connections: number;
  /** Connections that were reset on the way, or cut. */
  resets: number;
  requests: number;
  bytesRead: number;
  bytesWritten: number;
  /** Requests that the disk was to fail, and did. */
  faults: number;
  /** Bytes that were read and cannot be. */
  wrongBytes: number;
  /** Errors that nothing accounts for: the first ones. */
  readonly unexpected: string[];
}

export interface SoakLife {
  readonly server: SoakServer;
  readonly region: Region;
  readonly random: () => number;
  readonly nextStamp: () => number;
  readonly tally: SoakTally;
  /** Whether the disk of the region is one that fails. */
  readonly failing: boolean;
}

const FRAMINGS = ['simple', 'structured', 'extended'] as const;
const ROUNDS_MAX = 40;
const TOGETHER_MAX = 16;
const RESET_BYTES_MAX = 4 * 2 ** 20;
const UNEXPECTED_MAX = 10;
const CHANCE = { relay: 0.25, cut: 0.2, several: 0.2 } as const;

/** Lives it to its end. */
export async function liveOnce(life: SoakLife): Promise<void> {
  const { server, region, random, tally } = life;
  const way = WAYS[Math.floor(random() * WAYS.length)] as (typeof WAYS)[number];
  const isReset = !way.endsWith('unix') && random() < CHANCE.relay;
  const relay = isReset
    ? await ResettingRelay.open(server.process.port, Math.floor(random() * RESET_BYTES_MAX))
    : undefined;
  const requester = new Requester(life, isReset);
  try {
    const client = await connect(server.uri(way, region.exportName, relay?.port), {
      framing: FRAMINGS[Math.floor(random() * FRAMINGS.length)],
      connections: random() < CHANCE.several ? 2 : 1,
      credentials: server.credentials,
    });
    tally.connections += 1;
    const rounds = 1 + Math.floor(random() * ROUNDS_MAX);
    for (let round = 0; round < rounds && client.ended === undefined; round++) {
      await requester.round(client);
    }
    const cut = random() < CHANCE.cut;
    if (cut || isReset) tally.resets += 1;
    await client.close(cut ? { signal: AbortSignal.abort() } : {});
  } catch (error) {
    requester.judge(error);
  } finally {
    relay?.close();
  }
}

class Requester {
  readonly #life: SoakLife;
  readonly #isReset: boolean;

  constructor(life: SoakLife, isReset: boolean) {
    this.#life = life;
    this.#isReset = isReset;
  }

  /** Requests side by side: each has a part of the region for itself. */
  async round(client: Client): Promise<void> {
    const { random } = this.#life;
    const together = random() < 0.3 ? 1 : 1 + Math.floor(random() * TOGETHER_MAX);
    const share = Math.floor(REGION_SECTORS / together);
    await Promise.all(
      Array.from({ length: together }, (_, i) => {
        const first = i * share + Math.floor(random() * share);
        const most = (i + 1) * share - first;
        const count = 1 + Math.floor(random() * (random() < 0.5 ? Math.min(most, 16) : most));
        return this.#request(client, Math.min(first, REGION_SECTORS - 1), count);
      }),
    );
  }

  /** Whether an error is accounted for: by a fault of the disk, or by the reset that was to come. */
  judge(error: unknown): void {
    const { tally, failing } = this.#life;
    const code = (error as NbdError).code;
    if (failing && code === 'EIO') tally.faults += 1;
    else if (!this.#isReset && tally.unexpected.length < UNEXPECTED_MAX) {
      tally.unexpected.push(String((error as Error).stack ?? error));
    }
  }

  async #request(client: Client, first: number, count: number): Promise<void> {
    const { random, region, tally } = this.#life;
    const offset = (region.place + first) * BLOCK_BYTES;
    const length = count * BLOCK_BYTES;
    const kind = random();
    tally.requests += 1;
    try {
      if (kind < 0.45) await this.#read(client, first, count);
      else if (kind < 0.85) await this.#write(client, first, count);
      else if (kind < 0.9) await this.#zero(client, first, count);
      else if (kind < 0.93) await client.flush();
      else if (kind < 0.95 && client.info.can.trim) {
        // What is trimmed reads as it was, or as zeroes.
        region.model.maybe(ZEROES, first, count);
        await client.trim(offset, length);
      } else if (client.info.contexts.includes('base:allocation')) {
        for await (const extent of client.extents({ offset, length })) void extent;
      }
    } catch (error) {
      this.judge(error);
    }
  }

  async #read(client: Client, first: number, count: number): Promise<void> {
    const { region, tally } = this.#life;
    const { place, model } = region;
    const bytes = await client.read((place + first) * BLOCK_BYTES, count * BLOCK_BYTES);
    tally.bytesRead += bytes.length;
    tally.wrongBytes += model.wrong(bytes, first, place) * BLOCK_BYTES;
  }

  async #write(client: Client, first: number, count: number): Promise<void> {
    const { region, tally, nextStamp, random } = this.#life;
    const { place, model } = region;
    const stamp = nextStamp();
    const fua = client.info.can.fua && random() < 0.1;
    model.maybe(stamp, first, count);
    const bytes = stampedBlocks(stamp, place + first, count);
    await client.write(bytes, (place + first) * BLOCK_BYTES, { fua });
    tally.bytesWritten += bytes.length;
    model.done(stamp, first, count);
  }

  async #zero(client: Client, first: number, count: number): Promise<void> {
    const { place, model } = this.#life.region;
    if (!client.info.can.zero) return;
    model.maybe(ZEROES, first, count);
    const noHole = this.#life.random() < 0.5;
    const offset = (place + first) * BLOCK_BYTES;
    await client.zero(offset, count * BLOCK_BYTES, { noHole });
    model.done(ZEROES, first, count);
  }
}
