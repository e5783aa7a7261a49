/** Names and descriptions come from export sources, which may hold any string; the wire may not. */
import { measureText } from '@nbd/codec';
import type { ExportListing } from '@nbd/driver';

/** Whether the wire can carry `text`: well-formed, without NUL, at most 4096 bytes. */
export function isSendable(text: string): boolean {
  try {
    measureText(text);
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** The description, unless the wire cannot carry it: it is for people only. */
export function sendableDescription({ description }: ExportListing): string | undefined {
  return description !== undefined && isSendable(description) ? description : undefined;
}
