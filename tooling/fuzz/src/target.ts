/** What is fuzzed: something that takes inputs and must survive them. */
import type { Chance } from './chance.ts';
import type { Input } from './input.ts';

export interface Target {
  readonly name: string;
  /** One line for people. */
  readonly about: string;
  /** Parts of the paths of the sources that are to be covered. */
  readonly sources: readonly string[];
  /** Inputs to begin with: sound ones that reach far. */
  seeds(): readonly Input[];
  /** A message that is right, or nearly so, for inputs to be made of. */
  makeMessage(chance: Chance): Uint8Array;
  /**
   * Messages with which a conversation begins, for those of which nothing is left to see where the first word is wrong. An
   * input mostly has them in place of as many of its own. Absent: a beginning is like any other part.
   */
  makeOpening?(choices: Uint8Array, chance: Chance): readonly Uint8Array[];
  /**
   * Does with `input` what the world would do, and answers in a word what became of it: an input with a word that is new
   * is kept. Deterministic, and nothing of it outlives the call.
   *
   * @throws whatever it likes if a promise was broken: that is a find
   */
  execute(input: Input): string | Promise<string>;
}
