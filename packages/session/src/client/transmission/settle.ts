/** The last look at a reply: whether it said all that it had to. */
import { Command } from '@nbd/codec';
import { badReply } from './client-failure.ts';
import type { ClientRequest } from './client-request.ts';
import { clearMissingContent, hasAllContent } from './content.ts';

/** The reply to `request` is over: fails it if something is missing. The first failure stays (K-027). */
export function settle(request: ClientRequest): void {
  if (request.type === Command.READ) {
    if (!hasAllContent(request)) {
      request.failure ??= badReply('the reply is over, and not all content was sent');
    }
    if (request.failure !== undefined) clearMissingContent(request);
  } else if (request.type === Command.BLOCK_STATUS) {
    if (request.statuses.length < request.contexts.length) {
      request.failure ??= badReply('the reply is over, and not all contexts were reported on');
    }
  }
}
