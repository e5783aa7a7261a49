/** Finds the TypeScript examples in a page of Markdown. */

/** One fenced block marked `ts`. */
export interface Example {
  /** Unique among all pages: page, heading and, from the second under a heading on, its number. */
  readonly name: string;
  /** The page, from the root of the repository. */
  readonly page: string;
  /** The line of the page that holds the first line of `code`, counted from 1. */
  readonly line: number;
  readonly code: string;
  /** False for blocks marked `ts no-run`, which are only type-checked. */
  readonly runs: boolean;
}

const FENCE = /^(?<indent>\s*)(?<ticks>`{3,})(?<info>[^`]*)$/;
const HEADING = /^#{1,6}\s+(?<text>.*)$/;

/** Markings under which an example would escape its test. */
const NEAR_MISS = /^(?:ts|tsx|mts|typescript|js|mjs|javascript)\b/;

/**
 * The examples of `markdown`, in order.
 *
 * @throws Error when a fence is not closed, or is marked in a way that hides code from the test.
 */
export function extractExamples(page: string, markdown: string): readonly Example[] {
  const lines = markdown.split('\n');
  const examples: Example[] = [];
  const perHeading = new Map<string, number>();
  let heading = '';
  for (let at = 0; at < lines.length; at++) {
    const text = lines[at] ?? '';
    heading = HEADING.exec(text)?.groups?.['text'] ?? heading;
    const fence = FENCE.exec(text)?.groups;
    if (fence === undefined) continue;
    const { indent = '', ticks = '', info = '' } = fence;
    const end = lines.findIndex(
      (line, index) => index > at && line.trim().startsWith(ticks) && /^\s*`+\s*$/.test(line),
    );
    if (end === -1) throw new Error(`${page}:${at + 1}: this fence is never closed`);
    const marking = info.trim();
    if (marking === 'ts' || marking === 'ts no-run') {
      const count = (perHeading.get(heading) ?? 0) + 1;
      perHeading.set(heading, count);
      examples.push({
        name: `${page}: ${heading}${count > 1 ? ` (${count})` : ''}`,
        page,
        line: at + 2,
        code: `${lines
          .slice(at + 1, end)
          .map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line))
          .join('\n')}\n`,
        runs: marking === 'ts',
      });
    } else if (NEAR_MISS.test(marking)) {
      throw new Error(
        `${page}:${at + 1}: expected "ts", "ts no-run" or a language that is not run, found "${marking}"`,
      );
    }
    at = end;
  }
  return examples;
}
