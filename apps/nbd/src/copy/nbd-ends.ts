/** An export as an end of a copy. */
import type { Client, ConnectOptions } from '@nbd/client';
import { failure, ProgramError } from '../program-error.ts';
import { checkReachable, openClient } from '../server-access.ts';
import type { Destination, Run, Source, WriteWishes } from './ends.ts';
import { writeZeroes } from './write-zeroes.ts';

const ALLOCATION = 'base:allocation';

export async function openNbdSource(uri: string, options: ConnectOptions): Promise<Source> {
  const client = await openClient(uri, { ...options, contexts: [ALLOCATION] });
  const { size, info } = client;
  try {
    checkReachable(client);
  } catch (error) {
    await client.close();
    throw error;
  }
  return {
    name: uri,
    size,
    blockMinimum: info.blockSize.minimum,
    runs: () => runsOf(uri, client),
    async read(target, offset) {
      await blame(uri, client.readInto(target, offset));
      return target.length;
    },
    close: () => client.close(),
  };
}

/** @throws ProgramError "failed" if nothing can be written to it, among others */
export async function openNbdDestination(
  uri: string,
  options: ConnectOptions,
  { allocated }: WriteWishes,
): Promise<Destination> {
  const client = await openClient(uri, { ...options, contexts: [] });
  const { size, info } = client;
  if (!info.can.write) {
    await client.close();
    throw new ProgramError('failed', `${uri}: the export is read-only`);
  }
  return {
    name: uri,
    capacity: size,
    blockMinimum: info.blockSize.minimum,
    startsEmpty: false,
    prepare: () => undefined,
    write: (source, offset) => blame(uri, client.write(source, offset)),
    zero: (offset, length) =>
      blame(
        uri,
        info.can.zero
          ? client.zero(offset, length, { noHole: allocated })
          : writeZeroes(offset, length, (zeroes, at) => client.write(zeroes, at)),
      ),
    async finish(_size, flush) {
      if (flush) await blame(uri, client.flush());
    },
    close: () => client.close(),
  };
}

/** What is only a hole may read as anything, so it is read. */
async function* runsOf(uri: string, client: Client): AsyncGenerator<Run> {
  if (client.size === 0) return;
  if (!client.info.contexts.includes(ALLOCATION)) {
    yield { length: client.size, zero: false };
    return;
  }
  try {
    for await (const { length, zero } of client.extents()) yield { length, zero: zero === true };
  } catch (error) {
    throw failure(error, uri);
  }
}

/** A copy has two ends, so a failure says which it was. */
async function blame(uri: string, answer: Promise<void>): Promise<void> {
  try {
    await answer;
  } catch (error) {
    throw failure(error, uri);
  }
}
