/** Words of the server for a person: they end up in terminals and logs, so they must do no harm there. */
import { decodeText, WireError } from '@nbd/codec';

/** Controls, marks that turn the direction of text, and ends of lines. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** `text` on one line, with a space for each character that a terminal would obey. */
export function cleanText(text: string): string {
  return text.replace(UNSAFE, ' ').trim();
}

/** The text of an error, cleaned; empty if it is not text, or longer than text may be. */
export function readServerText(bytes: Uint8Array): string {
  try {
    return cleanText(decodeText(bytes));
  } catch (error) {
    if (error instanceof WireError) return '';
    throw error;
  }
}
