/**
 * What the settings about TLS come to, together.
 */
import { parseAddress, type TlsMode, type TlsOptions } from '@nbd/server';
import { ProgramError } from '../program-error.ts';
import type { Spec } from './spec.ts';

/** The settings, as far as somebody has named them. */
export interface TlsWishes {
  readonly tls?: TlsMode | undefined;
  readonly tlsCertificates?: string | undefined;
  readonly tlsVerifyPeer?: boolean | undefined;
  readonly tlsPsk?: string | undefined;
}

/** The options of the server, where everything is the path of something. */
export interface PlannedTls extends TlsOptions {
  readonly certificates?: string;
  readonly preSharedKeys?: string;
}

/**
 * The TLS of a server with these addresses and exports; undefined if it has none.
 *
 * @throws ProgramError "wrong-usage" for wishes that contradict each other or leave out what is needed
 */
export function planTls(
  wishes: TlsWishes,
  listen: readonly string[],
  exports: ReadonlyMap<string, Spec>,
): PlannedTls | undefined {
  const { tls: mode, tlsCertificates: certificates, tlsVerifyPeer: verifyPeer, tlsPsk } = wishes;
  if (certificates !== undefined && tlsPsk !== undefined) {
    throw wrong('--tls-certificates and --tls-psk cannot both be: choose one');
  }
  const secure = listen.filter((uri) => parseAddress(uri).tls);
  const isOffered = secure.length > 0 || (mode ?? 'require') !== 'off';
  if (certificates === undefined && tlsPsk === undefined) {
    refuseWithoutCredentials(wishes, secure);
    refuseHidden(exports);
    return undefined;
  }
  if (verifyPeer === true && tlsPsk !== undefined) {
    throw wrong('--tls-verify-peer is for --tls-certificates: whoever has a key has proven it');
  }
  if (!isOffered) refuseHidden(exports);
  return {
    ...(mode !== undefined && { mode }),
    ...(certificates !== undefined && { certificates }),
    ...(verifyPeer !== undefined && tlsPsk === undefined && { verifyPeer }),
    ...(tlsPsk !== undefined && { preSharedKeys: tlsPsk }),
  };
}

function refuseWithoutCredentials(
  { tls, tlsVerifyPeer }: TlsWishes,
  secure: readonly string[],
): void {
  const [uri] = secure;
  const wish =
    uri ??
    (tls === 'on' || tls === 'require' ? `--tls ${tls}` : undefined) ??
    (tlsVerifyPeer === true ? '--tls-verify-peer' : undefined);
  if (wish === undefined) return;
  throw wrong(`${wish} needs --tls-certificates DIR or --tls-psk FILE`);
}

/** An export that demands TLS of a server that has none could be reached by nobody. */
function refuseHidden(exports: ReadonlyMap<string, Spec>): void {
  for (const [name, { tls }] of exports) {
    if (tls === undefined) continue;
    throw wrong(`export ${JSON.stringify(name)} requires TLS, and no address has it`);
  }
}

function wrong(message: string): ProgramError {
  return new ProgramError('wrong-usage', message);
}
