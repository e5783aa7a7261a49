/** The register: what the rules are, what the pages must decide, why some rules have no test, and which faults others had. */

export const LEVELS = ['MUST', 'MUST NOT', 'SHOULD', 'SHOULD NOT', 'MAY'] as const;

export type Level = (typeof LEVELS)[number];

/** Whose rule it is: of the specification, of one of its experimental extensions, or of this house. */
export type Origin = 'specification' | 'extension' | 'ours';

export interface Rule {
  readonly id: string;
  readonly level: Level;
  readonly origin: Origin;
  /** What is asked, in one sentence. */
  readonly text: string;
  /** The heading that it stands under in its file. */
  readonly section: string;
}

/** A fault that others had, told as what must hold here. */
export interface KnownFault {
  readonly id: string;
  /** Such as `CVE-2005-3534`. */
  readonly advisories: readonly string[];
  readonly text: string;
  readonly section: string;
}

const RULE = /^- ([CK]-\d{3}) ((?:MUST|SHOULD)(?: NOT)?|MAY)(?:, (extension|ours))?: (.+)$/;
const FAULT = /^- (E-\d{2})((?:, CVE-\d{4}-\d{4,})*): (.+)$/;
const NOTE = /^- ([A-Z]-\d{2,3}): (.+)$/;

/** The rules of one file of the register. Throws for a line that is none, and for an id given twice. */
export function readRules(path: string, text: string): readonly Rule[] {
  let section = '';
  const rules = new Map<string, Rule>();
  for (const { line, where } of lines(path, text)) {
    if (line.startsWith('## ')) section = line.slice(3);
    else {
      const [, id = '', level, origin = 'specification', said = ''] = matched(RULE, line, where);
      if (rules.has(id)) throw new Error(`${where}: ${id} is there already`);
      rules.set(id, { id, level: level as Level, origin: origin as Origin, text: said, section });
    }
  }
  return [...rules.values()];
}

/** The faults of one file of the register. Throws as `readRules` does. */
export function readFaults(path: string, text: string): readonly KnownFault[] {
  let section = '';
  const faults = new Map<string, KnownFault>();
  for (const { line, where } of lines(path, text)) {
    if (line.startsWith('## ')) section = line.slice(3);
    else {
      const [, id = '', advisories = '', said = ''] = matched(FAULT, line, where);
      if (faults.has(id)) throw new Error(`${where}: ${id} is there already`);
      faults.set(id, { id, advisories: advisories.split(', ').slice(1), text: said, section });
    }
  }
  return [...faults.values()];
}

/**
 * A file of the register that says one thing of each of its ids: topics, and reasons. Throws for a
 * line that does not, and for an id given twice.
 */
export function readNotes(path: string, text: string): ReadonlyMap<string, string> {
  const notes = new Map<string, string>();
  for (const { line, where } of lines(path, text)) {
    if (line.startsWith('## ')) continue;
    const [, id = '', said = ''] = matched(NOTE, line, where);
    if (notes.has(id)) throw new Error(`${where}: ${id} is there already`);
    notes.set(id, said);
  }
  return notes;
}

/** The lines that say something: all but empty ones, the title, and prose above the first list. */
function lines(path: string, text: string): readonly { line: string; where: string }[] {
  const all = text.split('\n').map((line, index) => ({ line, where: `${path}:${index + 1}` }));
  const first = all.findIndex(({ line }) => /^(?:- |## )/.test(line));
  return first === -1 ? [] : all.slice(first).filter(({ line }) => line !== '');
}

function matched(pattern: RegExp, line: string, where: string): RegExpExecArray {
  const match = pattern.exec(line);
  if (match === null)
    throw new Error(`${where}: expected an entry of the register, found: ${line}`);
  return match;
}
