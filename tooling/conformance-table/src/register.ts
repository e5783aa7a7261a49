/** The register of this package, read from its folder. */
import { readFileSync } from 'node:fs';
import { readNotes, readRules, type Rule } from './read-register.ts';

export interface Register {
  /** Those for servers, then those for clients, in the order of the page. */
  readonly rules: readonly Rule[];
  /** What `docs/protocol-choices.md` decides besides the rules that leave a choice. */
  readonly topics: ReadonlyMap<string, string>;
  /** Why a rule has no test. */
  readonly reasons: ReadonlyMap<string, string>;
}

/** Reads the files below `register`. Throws if one of them is malformed. */
export function readRegister(): Register {
  return {
    rules: ['server-rules.md', 'client-rules.md'].flatMap((name) => readRules(name, text(name))),
    topics: readNotes('topics.md', text('topics.md')),
    reasons: readNotes('reasons.md', text('reasons.md')),
  };
}

function text(name: string): string {
  return readFileSync(new URL(`../register/${name}`, import.meta.url), 'utf8');
}
