/** Numbers of bytes as people write and read them. */

const FORM = /^(?<count>\d+)(?<unit>[KMGTPE]?)$/i;

/** Each is 1024 times the one before. */
const UNITS = ['', 'K', 'M', 'G', 'T', 'P', 'E'];

/**
 * The bytes that `text` means, a safe integer: digits, and one of K M G T P E for powers of 1024.
 * Undefined for anything else.
 */
export function parseBytes(text: string): number | undefined {
  const { count, unit = '' } = FORM.exec(text)?.groups ?? {};
  if (count === undefined) return undefined;
  const bytes = Number(count) * 1024 ** UNITS.indexOf(unit.toUpperCase());
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

/** For people, rounded: "512 bytes", "4 KiB", "1.5 GiB", "117 MiB". */
export function spellBytes(bytes: number): string {
  const power = powerOf(bytes);
  if (power === 0) return bytes === 1 ? '1 byte' : `${bytes} bytes`;
  const count = bytes / 1024 ** power;
  return `${rounded(count)} ${UNITS[power]}iB`;
}

/** For people, and exactly: "64 MiB (67,108,864 bytes)". */
export function spellSize(bytes: number): string {
  return bytes < 1024 ? spellBytes(bytes) : `${spellBytes(bytes)} (${grouped(bytes)} bytes)`;
}

/** The first unit of which there are less than 1024, once that is rounded. */
function powerOf(bytes: number): number {
  let power = 0;
  while (power < UNITS.length - 1 && Math.round(bytes / 1024 ** power) >= 1024) power += 1;
  return power;
}

function rounded(count: number): string {
  const digits = count < 9.95 ? 1 : 0;
  return count.toFixed(digits).replace(/\.0$/, '');
}

function grouped(bytes: number): string {
  return String(bytes).replaceAll(/\B(?=(?:\d{3})+$)/g, ',');
}
