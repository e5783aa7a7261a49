/**
 * What client and server have agreed on so far, all in one place, so that STARTTLS can forget it.
 * Spec: proto.md, "Fixed newstyle negotiation".
 */
import { SIMPLE_REPLIES } from '../transmission/simple-replies.ts';
import type { ReplyForm } from '../transmission/reply-form.ts';

export interface Agreement {
  /** How requests will be answered. */
  readonly replyForm: ReplyForm;
}

/** Before any option: simple replies. */
export const NOTHING_AGREED: Agreement = { replyForm: SIMPLE_REPLIES };
