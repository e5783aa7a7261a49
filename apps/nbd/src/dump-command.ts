/** `nbd dump`: bytes for people to read. What reads as zeroes is not asked for. */
import type { Client } from '@nbd/client';
import { HexRows } from './hex-rows.ts';
import { failure, ProgramError } from './program-error.ts';
import { checkReachable, openClient, type ServerAccess } from './server-access.ts';
import type { TextOutput } from './standard-streams.ts';

export interface DumpRequest {
  readonly kind: 'dump';
  readonly uri: string;
  /** Bytes. */
  readonly offset: number;
  /** Bytes; undefined: to the end. */
  readonly length: number | undefined;
  readonly access: ServerAccess;
}

/** @throws ProgramError "failed", among others for a range that is not inside the export */
export async function dumpCommand(request: DumpRequest, output: TextOutput): Promise<void> {
  const client = await openClient(request.uri, request.access);
  try {
    await dump(client, request, output);
  } catch (error) {
    throw failure(error);
  } finally {
    await client.close();
  }
}

const READ_BYTES = 256 * 1024;

async function dump(
  client: Client,
  { offset, length: asked }: DumpRequest,
  output: TextOutput,
): Promise<void> {
  const { size, info } = client;
  const length = asked ?? Math.max(size - offset, 0);
  const end = offset + length;
  if (end > size) {
    throw new ProgramError(
      'failed',
      `expected a range inside the export of ${size} bytes, found ${offset} to ${end}`,
    );
  }
  checkReachable(client, end);
  const rows = new HexRows(offset, size);
  for await (const { zero, until } of runs(client, offset, end)) {
    // Of a server whose extents are not whole blocks, some may end before the first byte.
    if (zero && until > rows.offset) await output.write(rows.zeroes(until - rows.offset));
    while (rows.offset < until) {
      const part = Math.min(until - rows.offset, READ_BYTES);
      await output.write(rows.bytes(await read(client, rows.offset, part, info.blockSize.minimum)));
    }
  }
  await output.write(rows.end());
}

/** Where zeroes and other bytes end. */
async function* runs(
  client: Client,
  offset: number,
  end: number,
): AsyncGenerator<{ readonly zero: boolean; readonly until: number }> {
  const block = client.info.blockSize.minimum;
  const start = roundDown(offset, block);
  if (offset === end || !client.info.contexts.includes('base:allocation')) {
    yield { zero: false, until: end };
    return;
  }
  const length = Math.min(roundUp(end, block), client.size) - start;
  for await (const extent of client.extents({ offset: start, length })) {
    yield { zero: extent.zero === true, until: Math.min(extent.offset + extent.length, end) };
  }
}

/** Reads a range that need not be aligned to the blocks of the server. */
async function read(
  client: Client,
  offset: number,
  length: number,
  block: number,
): Promise<Uint8Array> {
  const start = roundDown(offset, block);
  const end = Math.min(roundUp(offset + length, block), client.size);
  const bytes = await client.read(start, end - start);
  return bytes.subarray(offset - start, offset - start + length);
}

function roundDown(offset: number, block: number): number {
  return Math.floor(offset / block) * block;
}

function roundUp(offset: number, block: number): number {
  return Math.ceil(offset / block) * block;
}
