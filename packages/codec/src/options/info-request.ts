/**
 * The data of INFO and GO: client to server.
 * Spec: "NBD_OPT_INFO", "NBD_OPT_GO".
 *
 *   at    size  field       meaning
 *    0       4  nameLength  N, bytes
 *    4       N  exportName  UTF-8; empty asks for the default export
 *    4+N     2  infoCount   R
 *    6+N   2*R  infos       Info, each
 */
import { Cursor } from '../cursor.ts';
import { encodeText, measureText } from '../text.ts';

const INFOS_MAX = 0xffff;

export interface InfoRequest {
  readonly exportName: string;
  /** Which facts the client asks for, in its order; Info or any other number. */
  readonly infos: readonly number[];
}

/**
 * The size in bytes.
 *
 * @throws RangeError if the name cannot be sent.
 */
export function measureInfoRequest({ exportName, infos }: InfoRequest): number {
  return 6 + measureText(exportName) + 2 * infos.length;
}

/**
 * Writes `request` at `at` and answers the end of what it wrote.
 *
 * @throws RangeError if the name cannot be sent, or there are more than 65535 infos.
 */
export function encodeInfoRequest(view: DataView, at: number, request: InfoRequest): number {
  const { exportName, infos } = request;
  if (infos.length > INFOS_MAX) {
    throw new RangeError(`expected at most ${INFOS_MAX} infos, found ${infos.length}`);
  }
  let end = encodeText(view, at + 4, exportName);
  view.setUint32(at, end - (at + 4));
  view.setUint16(end, infos.length);
  end += 2;
  for (const info of infos) {
    view.setUint16(end, info);
    end += 2;
  }
  return end;
}

/**
 * Reads all of `bytes`.
 *
 * @throws WireError "bad-length" if the lengths inside do not add up to the bytes exactly, or the
 * name is too long; "bad-text" if the name is not a string.
 */
export function decodeInfoRequest(bytes: Uint8Array): InfoRequest {
  const cursor = new Cursor(bytes, 'info request');
  const exportName = cursor.text(cursor.u32(), 2);
  const count = cursor.u16();
  cursor.expectRemaining(2 * count);
  const infos: number[] = [];
  for (let i = 0; i < count; i++) infos.push(cursor.u16());
  return { exportName, infos };
}
