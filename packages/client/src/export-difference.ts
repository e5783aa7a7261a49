/** Whether two connections lead to the same export, as far as a client can know. */
import { spellTransmissionFlags } from '@nbd/codec';
import type { EnteredExport } from '@nbd/session';
import { spellName } from './spell-name.ts';

/** The first thing that differs, in words; undefined if nothing does. */
export function differenceOf(before: EnteredExport, now: EnteredExport): string | undefined {
  return [
    change('size', String(before.size), String(now.size)),
    change('flags', flagsOf(before), flagsOf(now)),
    change('block sizes', blockSizesOf(before), blockSizesOf(now)),
    change('contexts', contextsOf(before), contextsOf(now)),
    change('framing', before.replyMode, now.replyMode),
  ].find((difference) => difference !== undefined);
}

function change(what: string, before: string, now: string): string | undefined {
  return before === now ? undefined : `its ${what}: ${before} before, ${now} now`;
}

function flagsOf({ transmissionFlags }: EnteredExport): string {
  return spellTransmissionFlags(transmissionFlags);
}

function blockSizesOf({ blockSize }: EnteredExport): string {
  return blockSize === undefined
    ? 'none'
    : `${blockSize.minimum}/${blockSize.preferred}/${blockSize.payloadMax}`;
}

/** Their numbers may change, and their order too. */
function contextsOf({ contexts }: EnteredExport): string {
  return contexts
    .map(({ name }) => spellName(name))
    .toSorted()
    .join(', ');
}
