/** A function with three ways through it, to look at. */
export function sorted(number: number): string {
  if (number > 1000) {
    return 'large';
  }
  if (number > 100) {
    return 'middling';
  }
  return 'small';
}
