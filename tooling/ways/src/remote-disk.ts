/** A client as a disk, so that the tests of disks can be put to all that lies between it and the disk that is served. */
import type { Client, NbdError } from '@nbd/client';
import { type Driver, DriverError, type Extent } from '@nbd/driver';

/** The export of a client, which closes with it. What the server does not offer is absent. */
export function remoteDisk(client: Client): Driver {
  const { can, contexts } = client.info;
  return {
    get size() {
      return client.size;
    },
    ...(can.fua && { fua: 'native' }),
    read: (target, offset) => client.readInto(target, offset),
    write: (source, offset, { fua }) => client.write(source, offset, { fua }),
    flush: () => client.flush(),
    ...(can.trim && { trim: (offset, length, { fua }) => client.trim(offset, length, { fua }) }),
    ...(can.zero && {
      zero: (offset, length, { mayTrim, fast, fua }) =>
        refusable(client.zero(offset, length, { noHole: !mayTrim, fast, fua })),
    }),
    ...(can.cache && { cache: (offset, length) => client.cache(offset, length) }),
    ...(can.resize && { resize: (size) => client.resize(size) }),
    ...(contexts.includes('base:allocation') && {
      extents: (offset, length) => extentsOf(client, offset, length),
    }),
    close: () => client.close(),
  };
}

async function* extentsOf(
  client: Client,
  offset: number,
  length: number,
): AsyncGenerator<Extent, void> {
  for await (const extent of client.extents({ offset, length })) {
    yield { length: extent.length, hole: extent.hole === true, zero: extent.zero === true };
  }
}

/** What a disk may refuse, in a disk's own words. */
async function refusable(request: Promise<void>): Promise<void> {
  try {
    await request;
  } catch (error) {
    const { code, message } = error as NbdError;
    throw code === 'ENOTSUP' ? new DriverError('ENOTSUP', message, { cause: error }) : error;
  }
}
