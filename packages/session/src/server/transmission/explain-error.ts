/**
 * The texts of error chunks, for a person to read: what was asked, and what is possible. One line, far
 * below the 4096 bytes that a string may have, and nothing but numbers of the peer's own or of what it
 * was told: what a disk says of its failures stays with us.
 * Spec: proto.md, "NBD_REPLY_TYPE_ERROR".
 */
import { Command, ErrorCode, spellCommand, spellCommandFlags } from '@nbd/codec';
import type { ExportFacts } from './export-facts.ts';
import type { Fault } from './fault.ts';
import type { InFlight } from './in-flight.ts';
import type { Terms } from '../../agreement/terms.ts';

/** The text for the error of `request`: its fault, or what a disk has answered. */
export function explainError(request: InFlight, facts: ExportFacts, terms: Terms): string {
  const { fault } = request;
  const why =
    fault === undefined
      ? explainFailure(request.error)
      : explainFault(fault, request, facts, terms);
  return `${spellRequest(request)}: ${why}`;
}

function spellRequest({ type, offset, length }: InFlight): string {
  switch (type) {
    case Command.FLUSH:
      return spellCommand(type);
    case Command.RESIZE:
      return `${spellCommand(type)} to ${offset} bytes`;
    default:
      return `${spellCommand(type)} of ${length} bytes at ${offset}`;
  }
}

function explainFault(
  fault: Fault,
  { type, flags }: InFlight,
  { size, blockMinimum, payloadMax }: ExportFacts,
  { contexts }: Terms,
): string {
  switch (fault) {
    case 'shutting-down':
      return 'the server is shutting down';
    case 'payload':
      return type === Command.WRITE ? 'it needs PAYLOAD_LEN' : 'it has no payload here';
    case 'unknown-command':
      return 'there is no such command';
    case 'read-only':
      return 'the export is read-only';
    case 'out-of-range':
      return `the export ends at ${size}`;
    case 'flags':
      return `not all of its flags are lawful here: ${spellCommandFlags(flags)}`;
    case 'not-advertised':
      return 'the export does not offer it';
    case 'misaligned':
      return `offset and length must be multiples of ${blockMinimum}`;
    case 'too-long':
      return `at most ${payloadMax} bytes can be had at a time`;
    case 'stray-range':
      return type === Command.RESIZE ? 'its length must be 0' : 'offset and length must be 0';
    case 'no-context':
      return 'no meta context was selected for this export';
    case 'empty':
      return 'a status is of at least 1 byte';
    case 'filter':
      return `its payload must be 8 bytes of length and 1 to ${contexts.length} ids of selected contexts, each once`;
    case 'size-too-large':
      return `at most ${Number.MAX_SAFE_INTEGER} bytes are possible`;
  }
}

/** What the number alone says, in words. */
function explainFailure(error: number): string {
  switch (error) {
    case ErrorCode.EPERM:
      return 'the disk does not permit it';
    case ErrorCode.ENOMEM:
      return 'the disk has no memory for it';
    case ErrorCode.EINVAL:
      return 'the disk cannot do it';
    case ErrorCode.ENOSPC:
      return 'the disk has no space for it';
    case ErrorCode.ENOTSUP:
      return 'the disk has no fast way to do it';
    case ErrorCode.ESHUTDOWN:
      return 'the disk is going away';
    default:
      return 'the disk has failed';
  }
}
