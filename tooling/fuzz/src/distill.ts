/** Of many inputs, a few that together reach as far: what is worth keeping in the repository. */
import { Coverage } from './coverage.ts';
import { type Input, messageBytes } from './input.ts';
import { outcomesOf } from './outcome.ts';
import type { Target } from './target.ts';

/** The smallest inputs first, each that runs something that those before it did not. */
export async function distill(target: Target, inputs: readonly Input[]): Promise<readonly Input[]> {
  const coverage = new Coverage(target.sources);
  const chosen: Input[] = [];
  for (const input of inputs.toSorted((a, b) => sizeOf(a) - sizeOf(b))) {
    await outcomesOf(target, [input]);
    if (coverage.look(true).isNew) chosen.push(input);
  }
  return chosen;
}

function sizeOf(input: Input): number {
  return messageBytes(input) + input.choices.length;
}
