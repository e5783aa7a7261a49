/** `name` in quotes, shortened, to stand in an error text. */
export function quote(name: string): string {
  const shown = name.length > 80 ? `${name.slice(0, 80)}…` : name;
  return `"${shown}"`;
}
