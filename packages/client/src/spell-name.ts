/** Names that servers choose, in messages that end up in terminals and logs. */

/** The name in quotes, with all that a terminal would obey, or that turns the direction of text, spelled out. */
export function spellName(name: string): string {
  return JSON.stringify(name).replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) =>
    Array.from({ length: character.length }, (_, i) => escapeUnit(character.charCodeAt(i))).join(
      '',
    ),
  );
}

function escapeUnit(unit: number): string {
  return `\\u${unit.toString(16).padStart(4, '0')}`;
}
