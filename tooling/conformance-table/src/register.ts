/** The register of this package, read from its folder. */
import { readFileSync } from 'node:fs';
import { type KnownFault, readFaults, readNotes, readRules, type Rule } from './read-register.ts';

export interface Register {
  /** Those for servers, then those for clients, in the order of the page. */
  readonly rules: readonly Rule[];
  /** What `docs/protocol-choices.md` decides besides the rules that leave a choice. */
  readonly topics: ReadonlyMap<string, string>;
  /** Why a rule has no test. */
  readonly reasons: ReadonlyMap<string, string>;
  /** What others had, in servers and then in clients. */
  readonly faults: readonly KnownFault[];
}

/** Reads the files below `register`. Throws if one of them is malformed. */
export function readRegister(): Register {
  return {
    rules: ['server-rules.md', 'client-rules.md'].flatMap((name) => readRules(name, text(name))),
    topics: readNotes('topics.md', text('topics.md')),
    reasons: readNotes('reasons.md', text('reasons.md')),
    faults: readFaults('known-faults.md', text('known-faults.md')),
  };
}

function text(name: string): string {
  return readFileSync(new URL(`../register/${name}`, import.meta.url), 'utf8');
}
