/**
 * The rules that a request must keep before a disk sees it, in the order in which they are checked:
 * payload, known command, read-only, range, flags, advertised, alignment, size (C-186). The first one
 * broken decides the error.
 * Spec: proto.md, "Request types" and "Error values".
 *
 * Hot path.
 */
import { Command, type Request, TransmissionFlag } from '@nbd/codec';
import { COMMAND_RULES, type CommandRule, featureFlags } from '../../agreement/command-rules.ts';
import type { Terms } from '../../agreement/terms.ts';
import type { ExportFacts } from './export-facts.ts';
import type { Fault } from './fault.ts';
import type { InFlight } from './in-flight.ts';
import { checkPayload, hasFilter, payloadFlags } from './payload-rules.ts';

/** What requests are checked against: worked out when the export is entered, as far as it can be. */
export interface RequestRules {
  readonly facts: ExportFacts;
  readonly terms: Terms;
  /** Whether more than a WRITE may have a payload. */
  readonly hasPayloads: boolean;
  /** By command number; undefined: there is no such command. */
  readonly commands: readonly (RuleInForce | undefined)[];
}

/** What the rule of a command comes to. */
interface RuleInForce {
  /** It would change an export that is read-only. */
  readonly isForbidden: boolean;
  readonly ranged: boolean;
  /** The CommandFlag bits that it may carry. */
  readonly flags: number;
  readonly isAdvertised: boolean;
}

export function requestRules(facts: ExportFacts, terms: Terms): RequestRules {
  const commands = COMMAND_RULES.map((rule, type) => rule && ruleInForce(rule, type, terms));
  return { facts, terms, hasPayloads: terms.replyMode === 'extended', commands };
}

/** The first rule that `request` breaks; undefined: it is good, as far as it is here. */
export function checkRequest(request: InFlight, rules: RequestRules): Fault | undefined {
  const { type, offset, length, flags } = request;
  const { facts, terms } = rules;
  if (rules.hasPayloads) {
    const fault = checkPayload(request, terms);
    if (fault !== undefined || hasFilter(request)) return fault;
  }
  const rule = rules.commands[type];
  if (rule === undefined) return 'unknown-command';
  if (rule.isForbidden) return 'read-only';
  // Numbers above 2^53 - 1 round, but never to below 2^53, so this is the overflow check too (C-181, C-273).
  if (rule.ranged && (offset > facts.size || length > facts.size - offset)) return 'out-of-range';
  if ((flags & ~rule.flags) !== 0) return 'flags';
  if (!rule.isAdvertised) return 'not-advertised';
  // Most disks take any alignment, and a remainder of large numbers is dear.
  const minimum = facts.blockMinimum;
  if (minimum > 1 && (offset % minimum !== 0 || length % minimum !== 0)) return 'misaligned';
  return checkCommand(request, facts, terms);
}

/** What only one command asks. */
function checkCommand(
  { type, offset, length }: Request,
  { payloadMax }: ExportFacts,
  { contexts }: Terms,
): Fault | undefined {
  switch (type) {
    case Command.READ:
    case Command.WRITE:
      return length > payloadMax ? 'too-long' : undefined;
    case Command.FLUSH:
      return offset === 0 && length === 0 ? undefined : 'stray-range';
    case Command.BLOCK_STATUS:
      if (contexts.length === 0) return 'no-context';
      return length === 0 ? 'empty' : undefined;
    case Command.RESIZE:
      if (length !== 0) return 'stray-range';
      return offset <= Number.MAX_SAFE_INTEGER ? undefined : 'size-too-large';
    default:
      return undefined;
  }
}

function ruleInForce(
  { ranged, writes, flags, needs }: CommandRule,
  type: number,
  terms: Terms,
): RuleInForce {
  const advertised = terms.transmissionFlags;
  return {
    isForbidden: writes && (advertised & TransmissionFlag.READ_ONLY) !== 0,
    ranged,
    flags: flags | featureFlags(type, advertised) | payloadFlags(type, terms),
    isAdvertised: (advertised & needs) === needs,
  };
}
