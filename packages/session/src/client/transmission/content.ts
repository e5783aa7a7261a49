/**
 * The content of a READ: which part of its target a chunk may fill, and what becomes of the rest.
 * Spec: proto.md, "Structured reply types".
 *
 * Hot path for the one chunk that brings everything.
 */
import type { ClientRequest } from './client-request.ts';
import { Coverage } from './coverage.ts';

/**
 * Takes up `length` bytes at `offset` of the export, as they are about to be filled; answers what is wrong with
 * them, or undefined. The comparisons cannot wrap, however large the offset is (K-025).
 */
export function claimContent(
  request: ClientRequest,
  offset: number,
  length: number,
): string | undefined {
  const at = offset - request.offset;
  if (at < 0 || length > request.length - at) {
    return `content at ${offset} of ${length} bytes, not inside of the request`;
  }
  if (request.isWhole) return `content at ${offset}, which was sent already`;
  if (request.coverage === undefined) {
    if (length === request.length) {
      request.isWhole = true;
      return undefined;
    }
    request.target.fill(0);
    request.coverage = new Coverage();
  }
  if (request.coverage.add(at, at + length)) return undefined;
  return `content at ${offset} of ${length} bytes, some of which was sent already`;
}

/** Whether all content was sent. */
export function hasAllContent({ isWhole, coverage, length }: ClientRequest): boolean {
  return isWhole || length === 0 || coverage?.isWhole(length) === true;
}

/** Clears what was not sent: no byte of an older time may be taken for content (K-026). */
export function clearMissingContent({ isWhole, coverage, target }: ClientRequest): void {
  if (!isWhole && coverage === undefined) target.fill(0);
}
