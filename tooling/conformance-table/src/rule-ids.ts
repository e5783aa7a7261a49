/**
 * How titles and pages name rules: `C-046`, or a run of them, `C-046 to C-052` or `C-046..C-052`; and how titles name
 * faults that others had: `E-06`.
 */

const RULE_OR_RUN = /\b([CK])-(\d{3})(?:(?:\s+to\s+|\s*(?:\.\.|–)\s*)\1-(\d{3}))?(?!\d)/g;

/**
 * The ids that `text` names, each once, in the order of the text. A run names its two ends, and of
 * what lies between them those that are in `known`: ids are not without gaps.
 */
export function namedRules(text: string, known: ReadonlySet<string>): readonly string[] {
  const ids = new Set<string>();
  for (const [, letter, first, last = first] of text.matchAll(RULE_OR_RUN)) {
    for (let number = Number(first); number <= Number(last); number++) {
      const id = `${letter}-${String(number).padStart(3, '0')}`;
      const isEnd = number === Number(first) || number === Number(last);
      if (isEnd || known.has(id)) ids.add(id);
    }
  }
  return [...ids];
}

const FAULT = /\bE-\d{2}(?!\d)/g;

/** The ids of faults that `text` names, each once. */
export function namedFaults(text: string): readonly string[] {
  return [...new Set(Array.from(text.matchAll(FAULT), ([id]) => id))];
}
