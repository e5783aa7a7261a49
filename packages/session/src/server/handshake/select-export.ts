/**
 * The three options that name an export: INFO describes it, GO and EXPORT_NAME enter it.
 * Spec: proto.md, "NBD_OPT_INFO and NBD_OPT_GO", "NBD_OPT_EXPORT_NAME".
 */
import {
  ClientFlag,
  decodeInfoRequest,
  decodeText,
  encodeExportNameReply,
  Info,
  measureExportNameReply,
} from '@nbd/codec';
import type { ExportAsked } from '../event.ts';
import type { Outbox } from '../outbox.ts';
import type { ExportFacts } from '../transmission/export-facts.ts';
import type { Terms } from '../../agreement/terms.ts';
import type { OptionReplies } from './option-replies.ts';

/** What was asked about an export, kept while the host looks for it. */
export interface Selection extends ExportAsked {
  /** The kinds of Info asked for; empty for EXPORT_NAME. */
  readonly infos: readonly number[];
}

/**
 * Reads INFO and GO.
 *
 * @throws WireError for data that is not an info request
 */
export function readInfoRequest(option: number, data: Uint8Array): Selection {
  const { exportName, infos } = decodeInfoRequest(data);
  return { kind: 'open', option, exportName, infos };
}

/**
 * Reads EXPORT_NAME, whose data is the name and nothing else.
 *
 * @throws WireError for data that is not a name
 */
export function readExportName(option: number, data: Uint8Array): Selection {
  return { kind: 'open', option, exportName: decodeText(data), infos: [] };
}

/** Replies to INFO and GO: the export always, the rest once each if asked for (C-111 to C-118). */
export function describeExport(
  facts: ExportFacts,
  { transmissionFlags }: Terms,
  infos: readonly number[],
  replies: OptionReplies,
): void {
  const { name, description, size } = facts;
  replies.info({ kind: 'export', size, transmissionFlags });
  if (infos.includes(Info.NAME)) replies.info({ kind: 'name', name });
  if (infos.includes(Info.DESCRIPTION) && description !== undefined) {
    replies.info({ kind: 'description', description });
  }
  if (infos.includes(Info.BLOCK_SIZE)) {
    replies.info({
      kind: 'block-size',
      minimum: facts.blockMinimum,
      preferred: facts.blockPreferred,
      payloadMax: facts.payloadMax,
    });
  }
  replies.acknowledge();
}

/** Replies to EXPORT_NAME: size and flags without a header, 10 or 134 bytes (C-070). */
export function enterByName(
  { size }: ExportFacts,
  { transmissionFlags }: Terms,
  clientFlags: number,
  outbox: Outbox,
): void {
  const zeroes = (clientFlags & ClientFlag.NO_ZEROES) === 0;
  const reply = { size, transmissionFlags, zeroes };
  outbox.reserve(measureExportNameReply(reply), false);
  const { slab, at } = outbox;
  outbox.commit(slab, at, encodeExportNameReply(slab.view, at, reply));
}
