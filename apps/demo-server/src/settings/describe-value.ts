/** A value in the words of JSON. */
export function describeValue(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (value instanceof Map) return 'an object';
  return JSON.stringify(value) ?? typeof value;
}
