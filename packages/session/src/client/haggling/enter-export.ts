/**
 * The last word of the handshake: what is known of the export as requests begin.
 * Spec: proto.md, "Transmission".
 */
import type { Agreement } from '../../agreement/agreement.ts';
import type { EnteredExport, ExportOffer } from '../export-offer.ts';
import { Violation } from '../violation.ts';

/**
 * The export that was offered, entered by the name `askedFor`.
 *
 * @throws Violation if its size is more than we can count to (K-016)
 */
export function enterExport(
  offer: ExportOffer,
  askedFor: string,
  { replyMode, selection }: Agreement,
): EnteredExport {
  if (offer.size > Number.MAX_SAFE_INTEGER) {
    throw new Violation(
      'export-too-large',
      `expected a size of at most 2^53 - 1 bytes, found about ${offer.size}`,
    );
  }
  const contexts = selection?.exportName === askedFor ? selection.contexts : [];
  return { ...offer, replyMode, contexts };
}
