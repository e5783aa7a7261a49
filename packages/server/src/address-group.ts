/**
 * Which addresses count as one client: an IPv4 address by itself; of IPv6 the first 64 bits, since whoever has one
 * address has all that begin so.
 */

const MAPPED = '::ffff:';
/** Groups of 16 bits: those in all, and those that tell a network. */
const GROUPS = 8;
const NETWORK_GROUPS = 4;

/** The group that an address of a socket is in, as Node spells it: `192.0.2.1`, `::ffff:192.0.2.1`, `2001:db8::1%eth0`. */
export function addressGroup(address: string): string {
  if (!address.includes(':')) return address;
  if (address.startsWith(MAPPED) && address.includes('.')) return address.slice(MAPPED.length);
  const [head = [], tail = []] = address
    .replace(/%.*$/, '')
    .split('::')
    .map((part) => part.split(':').filter((group) => group !== ''));
  const zeroes = Array.from({ length: GROUPS - head.length - tail.length }, () => '0');
  return [...head, ...zeroes, ...tail].slice(0, NETWORK_GROUPS).join(':');
}
