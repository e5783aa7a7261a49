/** Rows whose columns stand below each other. */

/**
 * The fields of each row side by side, two spaces apart. Those named in `right` end below each other,
 * which suits numbers; what is empty to the end of a row leaves no spaces behind.
 */
export function alignColumns(
  rows: readonly Readonly<Record<string, string>>[],
  right: readonly string[] = [],
): string {
  const widths = new Map<string, number>();
  for (const [column, text] of rows.flatMap((row) => Object.entries(row))) {
    widths.set(column, Math.max(widths.get(column) ?? 0, text.length));
  }
  return rows
    .map((row) => {
      const cells = Array.from(widths, ([column, width]) => {
        const text = row[column] ?? '';
        return right.includes(column) ? text.padStart(width) : text.padEnd(width);
      });
      return `${cells.join('  ').trimEnd()}\n`;
    })
    .join('');
}
