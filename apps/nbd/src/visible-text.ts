/**
 * Text from elsewhere, for a terminal: names and descriptions are a server's to choose, and must not
 * move the cursor, colour the screen or turn the direction of the text.
 */

/** The text with control and format characters, lone surrogates, and ends of lines of any kind, spelled out. */
export function visible(text: string): string {
  return text.replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, escape);
}

/** A name: as it is if it is plain, else in quotes; the empty one always is. */
export function visibleName(name: string): string {
  return /^[^\s"\p{C}](?:[^"\p{C}\p{Zl}\p{Zp}]*[^\s"\p{C}])?$/u.test(name)
    ? name
    : visible(JSON.stringify(name));
}

/** JSON in one line, in which all but visible characters are escaped; a `bigint` becomes a number. */
export function visibleJson(value: unknown): string {
  return visible(jsonOf(value));
}

/** JSON spells only few control characters out, and knows no `bigint`. */
function jsonOf(value: unknown): string {
  if (typeof value === 'bigint') return String(value);
  if (Array.isArray(value)) return `[${value.map(jsonOf).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  return `{${fields.map(([key, field]) => `${JSON.stringify(key)}:${jsonOf(field)}`).join(',')}}`;
}

/** As in JSON and in JavaScript: units of UTF-16. */
function escape(character: string): string {
  return Array.from({ length: character.length }, (_, i) => {
    const unit = character.charCodeAt(i);
    return `\\u${unit.toString(16).padStart(4, '0')}`;
  }).join('');
}
