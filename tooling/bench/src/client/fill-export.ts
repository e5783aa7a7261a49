/**
 * Writes a file into an export.
 */
import { Command, encodeRequest, REQUEST_BYTES } from '@nbd/codec';
import { Connection, type Target } from './connection.ts';
import { readPieces } from '../servers/data-files.ts';
import { ReplyCounter } from './reply-counter.ts';

/**
 * Writes the file at `path` to the start of the export, one request after the other.
 *
 * @throws Error if a WRITE fails
 */
export async function fillExport(target: Target, path: string): Promise<void> {
  const connection = await Connection.enter(target);
  try {
    await readPieces(path, (piece, offset) => writeOnce(connection, piece, offset));
    await connection.leave();
  } finally {
    connection.drop();
  }
}

function writeOnce(connection: Connection, payload: Uint8Array, offset: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const counter = new ReplyCounter();
    connection.attend((view, length) => {
      if (counter.count(view, length) > 0) resolve();
    }, reject);
    const header = new Uint8Array(REQUEST_BYTES);
    const fields = { flags: 0, type: Command.WRITE, cookieHigh: 0, cookieLow: 0 };
    encodeRequest(new DataView(header.buffer), 0, { ...fields, offset, length: payload.length });
    connection.send(header);
    connection.send(payload);
  });
}
