/** Numbers of bytes in words. */

const UNITS = ['KiB', 'MiB', 'GiB', 'TiB'] as const;

/** 1536 is "1.5 KiB". */
export function byteText(bytes: number): string {
  if (bytes < 1024) return `${Math.round(bytes)} bytes`;
  let value = bytes;
  let unit = '';
  for (const next of UNITS) {
    if (value < 1024) break;
    value /= 1024;
    unit = next;
  }
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${unit}`;
}
