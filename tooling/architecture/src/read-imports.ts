/**
 * Which modules a TypeScript source names: a careful scan of its text, since all that is needed from
 * a parser is to tell code from comments, strings and regular expressions.
 */

/** One mention of another module. */
export interface Import {
  /** As it is written: `./u64.ts`, `@nbd/driver`, `node:fs`. */
  readonly specifier: string;
  /** Counted from 1. */
  readonly line: number;
}

const NAMED_FROM = /(?<![.\w$#])(?:import|export)\b[\w$\s{},*]*?\bfrom\s*(?=['"])/g;
const FOR_SIDE_EFFECTS = /(?<![.\w$#])import\s*(?=['"])/g;
const CALLED = /(?<![.\w$#])(?:import|require|require\.resolve)\s*\(\s*(?=['"])/g;

/** Every module that `source` names: static, type-only, dynamic, re-exported and required ones. */
export function readImports(source: string): readonly Import[] {
  const code = blankSource(source);
  return [NAMED_FROM, FOR_SIDE_EFFECTS, CALLED]
    .flatMap((pattern) => Array.from(code.matchAll(pattern)))
    .map((match) => match.index + match[0].length)
    .toSorted((a, b) => a - b)
    .map((quoteAt) => ({
      specifier: source.slice(quoteAt + 1, code.indexOf(code.charAt(quoteAt), quoteAt + 1)),
      line: source.slice(0, quoteAt).split('\n').length,
    }));
}

/**
 * `source` with comments, regular expressions and the insides of strings replaced by spaces. Length
 * and line breaks stay, so a position in one text is the same position in the other.
 */
export function blankSource(source: string): string {
  const kept: string[] = [];
  /** Braces open inside each `${` that is open, innermost last. */
  const substitutions: number[] = [];
  let at = 0;

  const keep = (length: number): void => {
    kept.push(source.slice(at, at + length));
    at += length;
  };
  const blankTo = (end: number): void => {
    kept.push(source.slice(at, end).replaceAll(/[^\n]/g, ' '));
    at = end;
  };
  const keepTemplate = (): void => {
    const end = endOfTemplateText(source, at);
    blankTo(end);
    if (source.startsWith('${', end)) {
      keep(2);
      substitutions.push(0);
    } else keep(1);
  };

  while (at < source.length) {
    const character = source.charAt(at);
    if (source.startsWith('//', at)) blankTo(endOf(source, '\n', at));
    else if (source.startsWith('/*', at)) blankTo(endOf(source, '*/', at + 2) + 2);
    else if (character === "'" || character === '"') {
      keep(1);
      blankTo(endOfString(source, at, character));
      keep(1);
    } else if (character === '`') {
      keep(1);
      keepTemplate();
    } else if (character === '/' && startsRegularExpression(kept)) {
      blankTo(endOfRegularExpression(source, at));
    } else if (character === '{' && substitutions.length > 0) {
      substitutions.push((substitutions.pop() ?? 0) + 1);
      keep(1);
    } else if (character === '}' && substitutions.length > 0) {
      const open = substitutions.pop() ?? 0;
      keep(1);
      if (open > 0) substitutions.push(open - 1);
      else keepTemplate();
    } else keep(1);
  }
  return kept.join('');
}

function endOf(source: string, text: string, from: number): number {
  const end = source.indexOf(text, from);
  return end === -1 ? source.length : end;
}

function endOfString(source: string, from: number, quote: string): number {
  let at = from;
  while (at < source.length && source.charAt(at) !== quote && source.charAt(at) !== '\n') {
    at += source.charAt(at) === '\\' ? 2 : 1;
  }
  return at;
}

function endOfTemplateText(source: string, from: number): number {
  let at = from;
  while (at < source.length && source.charAt(at) !== '`' && !source.startsWith('${', at)) {
    at += source.charAt(at) === '\\' ? 2 : 1;
  }
  return at;
}

/** A slash divides after a value, and begins a regular expression anywhere else. */
function startsRegularExpression(kept: readonly string[]): boolean {
  const before = kept.slice(-200).join('').trimEnd();
  return /(?:^|[(,=:[!&|?{};+\-*%<>~^]|\b(?:return|typeof|case|in|of|await|yield))$/.test(before);
}

function endOfRegularExpression(source: string, from: number): number {
  let at = from + 1;
  let inClass = false;
  while (at < source.length && source.charAt(at) !== '\n') {
    const character = source.charAt(at);
    if (character === '/' && !inClass) return at + 1;
    if (character === '[') inClass = true;
    else if (character === ']') inClass = false;
    at += character === '\\' ? 2 : 1;
  }
  return at;
}
