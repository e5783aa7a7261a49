/**
 * An answer that is no success: what the store says, whether to ask again, and the words for a person.
 *
 * The words are ours. What a store says may hold the name of a key, so of it only codes are shown.
 */
import type { StoreErrorCode } from '@nbd/driver-object-store';
import type { Answer } from './exchange.ts';
import { readXml, XmlError } from './read-xml.ts';

export interface Fault {
  readonly status: number;
  /** Such as "NoSuchKey"; empty if the answer has none. */
  readonly code: string;
  /** In which the bucket is, if the store says so. */
  readonly region: string | undefined;
}

/** Reads what it can; an answer of a proxy in between is of no form that we know. */
export function faultOf({ status, headers, body }: Answer): Fault {
  let code = '';
  let region = textOf(headers['x-amz-bucket-region']);
  try {
    readXml(body, 'Error', (name, parent, text) => {
      if (parent !== 'Error') return;
      if (name === 'Code') code = plain(text);
      if (name === 'Region') region ??= plain(text);
    });
  } catch (error) {
    if (!(error instanceof XmlError)) throw error;
  }
  return { status, code, region };
}

/**
 * - `refused`: the store did nothing and may do it later.
 * - `unsure`: it may have done something, or may yet.
 * - `expired`: it did nothing, since the credentials hold no more.
 * - `final`: the same answer would come again.
 */
export type Prospect = 'expired' | 'final' | 'refused' | 'unsure';

export function prospectOf({ status, code }: Fault): Prospect {
  if (EXPIRED.has(code)) return 'expired';
  // A race of two conditions: whoever asks again learns who has won.
  if (status === 409 || status === 429 || BUSY.has(code)) return 'refused';
  if (status === 408 || UNSURE.has(status) || code === 'RequestTimeout') return 'unsure';
  return 'final';
}

const EXPIRED: ReadonlySet<string> = new Set(['ExpiredToken', 'ExpiredTokenException']);
const BUSY: ReadonlySet<string> = new Set(['SlowDown', 'Throttling', 'TooManyRequests']);
const UNSURE: ReadonlySet<number> = new Set([500, 502, 503, 504]);

/** "503 SlowDown". */
export function spellFault({ status, code }: Fault): string {
  return code === '' ? String(status) : `${status} ${code}`;
}

/** What a fault means for whoever uses the store. `region` is the one that requests are signed for. */
export function meaningOf(
  fault: Fault,
  region: string,
): { readonly code: StoreErrorCode; readonly text: string } {
  const { status, code } = fault;
  if (fault.region !== undefined && fault.region !== region && REDIRECTS.has(status)) {
    return { code: 'invalid', text: `the bucket is in region ${fault.region}, not in ${region}` };
  }
  if (status >= 300 && status < 400) {
    return { code: 'invalid', text: 'the bucket is at another endpoint' };
  }
  const known = KNOWN.get(code);
  if (known !== undefined) return { code: known[0], text: known[1] };
  if (status === 401 || status === 403) return { code: 'denied', text: 'the store forbids it' };
  if (status === 507) return { code: 'full', text: 'the store is full' };
  return { code: 'invalid', text: 'the store refuses it' };
}

/** Answers that may say "in another region": redirects, and a signature for the wrong one. */
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 307, 308, 400, 403]);

const KNOWN: ReadonlyMap<string, readonly [StoreErrorCode, string]> = new Map([
  ['AccessDenied', ['denied', 'these credentials may not do that']],
  ['AllAccessDisabled', ['denied', 'all access to the bucket is disabled']],
  ['ExpiredToken', ['denied', 'the credentials have expired']],
  ['InvalidAccessKeyId', ['denied', 'the store does not know the access key']],
  ['InvalidToken', ['denied', 'the store does not know the session token']],
  ['NoSuchBucket', ['missing', 'there is no such bucket']],
  ['QuotaExceeded', ['full', 'a quota is reached']],
  ['RequestTimeTooSkewed', ['denied', 'the clocks of this machine and of the store differ']],
  ['SignatureDoesNotMatch', ['denied', 'the secret key does not belong to the access key']],
  ['XMinioStorageFull', ['full', 'the store is full']],
]);

function textOf(header: string | readonly string[] | undefined): string | undefined {
  return typeof header === 'string' && header !== '' ? plain(header) : undefined;
}

/** Codes and names of regions are words; anything else is not shown. */
function plain(text: string): string {
  return /^[\w.-]{1,64}$/.test(text) ? text : '';
}
