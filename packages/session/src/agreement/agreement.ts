/**
 * What client and server have agreed on so far, all in one place, so that STARTTLS can forget it.
 * Spec: proto.md, "Fixed newstyle negotiation".
 */
import { TransmissionFlag } from '@nbd/codec';
import type { MetaContext, ReplyMode, Terms } from './terms.ts';

export interface Agreement {
  /** How requests will be answered. */
  readonly replyMode: ReplyMode;
  /** What the last SET_META_CONTEXT has selected; undefined if there was none, or it failed. */
  readonly selection: ContextSelection | undefined;
}

interface ContextSelection {
  /** As the client sent it: good for the export that is entered by the very same name (C-160). */
  readonly exportName: string;
  readonly contexts: readonly MetaContext[];
}

/** Before any option: simple replies, no meta context. */
export const NOTHING_AGREED: Agreement = { replyMode: 'simple', selection: undefined };

/** The terms on which a client enters, or would enter, the export that it names so. `transmissionFlags` are those of the disk. */
export function termsOf(
  { replyMode, selection }: Agreement,
  exportName: string,
  transmissionFlags: number,
): Terms {
  const contexts = selection?.exportName === exportName ? selection.contexts : [];
  let flags = transmissionFlags;
  if (replyMode !== 'simple') flags |= TransmissionFlag.SEND_DF;
  if (replyMode === 'extended' && contexts.length > 0) {
    flags |= TransmissionFlag.BLOCK_STATUS_PAYLOAD;
  }
  return { replyMode, transmissionFlags: flags, contexts };
}
