/**
 * Keeps what a peer says from doing anything to whoever reads the log: names of exports and of certificates may hold
 * line feeds, which would begin a line of their own, sequences for terminals, and marks that turn the rest of a line around.
 */

/** Control characters, those that are not seen, and line ends of other kinds. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** A line of a stack that is a place in the code, or leads to another stack. */
const STACK_LINE = /^ {4}at |^caused by: /;

/** The text with `\uXXXX` in place of each such character. In JSON it means the same as before. */
export function escapeUnsafe(text: string): string {
  return text.replaceAll(UNSAFE, (character) => {
    let escaped = '';
    for (let i = 0; i < character.length; i++) {
      escaped += String.raw`\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`;
    }
    return escaped;
  });
}

/** The same for all texts in what a line of JSON stands for, and for its keys. Stacks keep their lines. */
export function escapeAll(value: unknown, key = ''): unknown {
  if (typeof value === 'string') return key === 'stack' ? escapeStack(value) : escapeUnsafe(value);
  if (Array.isArray(value)) return value.map((item) => escapeAll(item));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [escapeUnsafe(name), escapeAll(item, name)]),
  );
}

/** A message may have lines, too; they are part of the line before. */
function escapeStack(stack: string): string {
  const [first = '', ...rest] = stack.split('\n');
  let escaped = escapeUnsafe(first);
  for (const line of rest) {
    escaped += STACK_LINE.test(line) ? '\n' : String.raw`\u000a`;
    escaped += escapeUnsafe(line);
  }
  return escaped;
}
