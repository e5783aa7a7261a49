/** Changes of an input as a whole: messages are made, lost, doubled, moved, joined and mixed with those of others. */
import type { Chance } from './chance.ts';
import { type Input, messageBytes } from './input.ts';
import { mutateBytes } from './mutate-bytes.ts';

/** Larger inputs say nothing that smaller ones do not, for the limits of the targets are small. */
const INPUT_BYTES_MAX = 8192;
const MESSAGES_MAX = 48;
const CHOICES_MAX = 24;
/** A beginning is left as it was changed once in so many times. */
const FALSE_STARTS = 8;
const NOTHING = new Uint8Array(0);

/** What mutation draws on. */
export interface Stock {
  /** Some other input. */
  readonly other: Input;
  /** Makes a message that is right, or nearly so. */
  readonly makeMessage: () => Uint8Array;
  /** Makes a beginning that is right; it may be empty. */
  readonly makeOpening: (choices: Uint8Array) => readonly Uint8Array[];
}

/** A changed copy of `input`; the changes are between one and a handful. */
export function mutateInput(input: Input, stock: Stock, chance: Chance): Input {
  let mutant = input;
  for (let left = 1 + chance.small(5); left > 0; left--) {
    mutant = chance.oneIn(12)
      ? withOtherChoices(mutant, chance)
      : withOtherMessages(mutant, stock, chance);
  }
  return withinBounds(chance.oneIn(FALSE_STARTS) ? mutant : withOpening(mutant, stock));
}

/** What comes behind the beginning stays where it is. */
function withOpening({ choices, messages }: Input, { makeOpening }: Stock): Input {
  const opening = makeOpening(choices);
  return { choices, messages: [...opening, ...messages.slice(opening.length)] };
}

function withOtherChoices({ choices, messages }: Input, chance: Chance): Input {
  const copy = [...choices];
  const at = chance.below(copy.length);
  const way = chance.below(8);
  if (way < 2) copy.splice(at, 0, chance.below(256));
  else if (way === 2 && copy.length > 1) copy.splice(at, 1);
  else copy[at] = chance.below(256);
  return { choices: Uint8Array.from(copy), messages };
}

function withOtherMessages({ choices, messages }: Input, stock: Stock, chance: Chance): Input {
  const copy = [...messages];
  const at = chance.below(copy.length);
  const pieces = stock.other.messages;
  switch (chance.below(19)) {
    case 0:
      for (let left = 1 + chance.small(8); left > 0; left--) {
        copy.splice(chance.below(copy.length + 1), 0, stock.makeMessage());
      }
      break;
    case 1:
      copy[at] = stock.makeMessage();
      break;
    case 2:
      copy.splice(at, 1);
      break;
    case 3:
      copy.splice(at, 0, copy[at] ?? NOTHING);
      break;
    case 4:
      copy.splice(chance.below(copy.length + 1), 0, ...copy.splice(at, 1));
      break;
    case 5:
      copy.splice(at, copy.length, ...pieces.slice(chance.below(pieces.length + 1)));
      break;
    case 6:
      copy.splice(
        chance.below(copy.length + 1),
        0,
        ...pieces.slice(chance.below(pieces.length + 1)),
      );
      break;
    case 7:
      copy.splice(at, 2, new Uint8Array(Buffer.concat(copy.slice(at, at + 2))));
      break;
    default:
      copy[at] = mutateBytes(copy[at] ?? NOTHING, chance.pick([NOTHING, ...pieces]), chance);
  }
  return { choices, messages: copy };
}

function withinBounds(input: Input): Input {
  const choices = input.choices.subarray(0, CHOICES_MAX);
  const messages = input.messages.slice(0, MESSAGES_MAX);
  let excess = messageBytes({ choices, messages }) - INPUT_BYTES_MAX;
  while (excess > 0) {
    const last = messages.pop() ?? NOTHING;
    if (last.length > excess) messages.push(last.slice(0, last.length - excess));
    excess -= last.length;
  }
  return { choices, messages };
}
