/** What cannot be, whatever a text says: where no server is, and what no export is called. */
import { STRING_BYTES_MAX } from '@nbd/codec';
import type { Address } from '../../../../packages/client/src/nbd-uri.ts';

const TCP_PORT_MAX = 65_535;
const VSOCK_NUMBER_MAX = 4_294_967_295;

/** What is wrong with an address; undefined: nothing is. */
export function addressFault(address: Address): string | undefined {
  switch (address.kind) {
    case 'tcp':
      if (address.host === '') return 'no host';
      return numberFault(address.port, TCP_PORT_MAX);
    case 'unix':
      return address.path === '' || address.path === '\0' ? 'no path' : undefined;
    case 'vsock':
      return (
        numberFault(address.cid, VSOCK_NUMBER_MAX) ?? numberFault(address.port, VSOCK_NUMBER_MAX)
      );
  }
}

/** What is wrong with the name of an export; undefined: it can be sent. */
export function nameFault(name: string): string | undefined {
  const bytes = Buffer.byteLength(name);
  if (Buffer.from(name).toString() !== name) return 'a name that is no text';
  return bytes > STRING_BYTES_MAX ? `a name of ${bytes} bytes` : undefined;
}

function numberFault(number: number, maximum: number): string | undefined {
  const isSound = Number.isInteger(number) && number >= 0 && number <= maximum;
  return isSound ? undefined : `${number}, where ${maximum} is the most`;
}
