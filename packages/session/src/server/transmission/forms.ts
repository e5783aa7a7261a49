/** Which forms the messages of the transmission phase have, by what was agreed on. */
import type { ReplyMode } from '../../agreement/terms.ts';
import { EXTENDED_REPLIES } from './extended-replies.ts';
import type { ReplyForm } from './reply-form.ts';
import { COMPACT_REQUESTS, EXTENDED_REQUESTS, type RequestForm } from './request-form.ts';
import { SIMPLE_REPLIES } from './simple-replies.ts';
import { STRUCTURED_REPLIES } from './structured-replies.ts';

interface Forms {
  readonly requests: RequestForm;
  readonly replies: ReplyForm;
}

const FORMS: Readonly<Record<ReplyMode, Forms>> = {
  simple: { requests: COMPACT_REQUESTS, replies: SIMPLE_REPLIES },
  structured: { requests: COMPACT_REQUESTS, replies: STRUCTURED_REPLIES },
  extended: { requests: EXTENDED_REQUESTS, replies: EXTENDED_REPLIES },
};

export function formsOf(mode: ReplyMode): Forms {
  return FORMS[mode];
}
