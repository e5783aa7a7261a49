/** `test.each(rows)(title)`: what its rows make of the title. */
import type { ESTree } from 'vite';
import { type Constants, literalText, unwrapped } from './literal-text.ts';

const RULE = /\b(?:[CK]-\d{3}|E-\d{2})\b/;
const PLACE = /%[sdifjoOc]|\$(\w+)/g;

/**
 * One title for all rows, with its places open, unless rows name rules of their own: then one for
 * each row, filled as far as its cells are literals.
 */
export function titlesOfRows(
  title: string,
  table: ESTree.Node,
  constants: Constants,
): readonly string[] {
  const rows = rowsOf(table, constants);
  const texts = rows.flatMap((row) => [...row.values()]);
  if (!texts.some((text) => RULE.test(text))) return [title];
  return [...new Set(rows.map((row) => filled(title, row)))];
}

/** Literal cells by their place in the row, and by their key if the row is an object. */
type Row = ReadonlyMap<string, string>;

function rowsOf(table: ESTree.Node, constants: Constants): readonly Row[] {
  const plain = unwrapped(table);
  if (plain.type === 'Identifier') {
    const init = constants.get(plain.name);
    return init === undefined ? [] : rowsOf(init, constants);
  }
  if (plain.type !== 'ArrayExpression') return [];
  return plain.elements.map((element) => (element === null ? new Map() : cellsOf(element)));
}

function cellsOf(element: ESTree.Node): Row {
  const plain = unwrapped(element);
  const cells: (readonly [string, string | undefined])[] = [];
  if (plain.type === 'ArrayExpression') {
    for (const [at, cell] of plain.elements.entries()) {
      if (cell !== null) cells.push([String(at), literalText(cell)]);
    }
  } else if (plain.type === 'ObjectExpression') {
    for (const property of plain.properties) {
      if (property.type !== 'Property' || property.key.type !== 'Identifier') continue;
      cells.push([property.key.name, literalText(property.value)]);
    }
  } else cells.push(['0', literalText(plain)]);
  return new Map(cells.filter((cell): cell is readonly [string, string] => cell[1] !== undefined));
}

function filled(title: string, row: Row): string {
  let at = 0;
  return title.replaceAll(
    PLACE,
    (place: string, key: string | undefined) => row.get(key ?? String(at++)) ?? place,
  );
}
