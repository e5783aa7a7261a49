/**
 * The facts about an export that INFO and GO answer with: in any order, some of them unasked, some unknown (K-008).
 * Spec: proto.md, "NBD_OPT_INFO", "NBD_OPT_GO".
 */
import { decodeInfoReply, type ExportInfo, Option, OptionReply, spellOption } from '@nbd/codec';
import type { Agreement } from '../../agreement/agreement.ts';
import type { BlockSize, ExportOffer } from '../export-offer.ts';
import { Violation } from '../violation.ts';
import { cleanTransmissionFlags } from './clean-flags.ts';
import { enterExport } from './enter-export.ts';
import type { OptionGathering } from './option-gathering.ts';
import { saneBlockSize } from './sane-block-size.ts';

export function gatherInfo(exportName: string): OptionGathering {
  return gatherFacts(Option.INFO, exportName, (offer) => ({ kind: 'info', offer }));
}

export function gatherEntry(exportName: string): OptionGathering {
  return gatherFacts(Option.GO, exportName, (offer, agreement) => ({
    kind: 'entered',
    entered: enterExport(offer, exportName, agreement),
  }));
}

function gatherFacts(
  option: Option,
  exportName: string,
  answer: (offer: ExportOffer, agreement: Agreement) => ReturnType<OptionGathering['finish']>,
): OptionGathering {
  let name = exportName;
  let description: string | undefined;
  let blockSize: BlockSize | undefined;
  let told: ExportInfo | undefined;
  return {
    option,
    entryType: OptionReply.INFO,
    add: (data) => {
      const info = decodeInfoReply(data);
      if (info.kind === 'export') told = info;
      else if (info.kind === 'name') name = info.name;
      else if (info.kind === 'description') description = info.description;
      else if (info.kind === 'block-size') blockSize = saneBlockSize(info);
    },
    finish: (agreement) => {
      if (told === undefined) {
        throw new Violation(
          'no-export-info',
          `${spellOption(option)}: expected the size of the export before the ACK, found none`,
        );
      }
      const transmissionFlags = cleanTransmissionFlags(told.transmissionFlags, agreement.replyMode);
      const { size } = told;
      return answer({ name, description, size, transmissionFlags, blockSize }, agreement);
    },
  };
}
