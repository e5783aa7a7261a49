/**
 * Certificates made on the spot: X.509 version 3 in DER, as much of it as TLS looks at. So that tests
 * need no tool, and the repository holds no key.
 */
import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

/** A certificate and its key, in PEM; one that is an authority can issue others. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
  /** For those that it issues. */
  readonly issuer: Issuer;
}

interface Issuer {
  readonly name: Uint8Array;
  readonly key: KeyObject;
}

export interface CertificateFields {
  /** In the order of the certificate: `[['O', 'Example'], ['CN', 'alice']]`. */
  readonly subject: readonly (readonly ['CN' | 'O', string])[];
  /** Absent: it is an authority, and signs itself. */
  readonly issuedBy?: Certificate;
  readonly validFrom?: Date;
  readonly validTo?: Date;
}

const HOUR_MILLIS = 3_600_000;
const ECDSA_WITH_SHA256 = sequence(objectId('2a8648ce3d040302'));
const ATTRIBUTES = { CN: objectId('550403'), O: objectId('55040a') };
const BASIC_CONSTRAINTS = objectId('551d13');
const SUBJECT_ALT_NAME = objectId('551d11');
let serial = 0;

/** Makes a certificate for 127.0.0.1, valid now unless it says otherwise. */
export function makeCertificate(fields: CertificateFields): Certificate {
  const { issuedBy, validFrom = hoursFromNow(-1), validTo = hoursFromNow(1) } = fields;
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const name = sequence(
    ...fields.subject.map(([type, value]) =>
      tagged(0x31, sequence(ATTRIBUTES[type], tagged(0x0c, Buffer.from(value)))),
    ),
  );
  const issuer = issuedBy?.issuer ?? { name, key: privateKey };
  const body = sequence(
    tagged(0xa0, tagged(0x02, Uint8Array.of(2))),
    tagged(0x02, Uint8Array.of(0x40, ++serial)),
    ECDSA_WITH_SHA256,
    issuer.name,
    sequence(time(validFrom), time(validTo)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    tagged(0xa3, sequence(...extensions(issuedBy === undefined))),
  );
  const signature = sign('sha256', body, issuer.key);
  const cert = sequence(body, ECDSA_WITH_SHA256, tagged(0x03, Uint8Array.of(0), signature));
  return {
    cert: pem('CERTIFICATE', cert),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    issuer: { name, key: privateKey },
  };
}

/** What `authority` has revoked, in PEM. */
export function makeRevocations(
  authority: Certificate,
  revoked: readonly Certificate[] = [],
): string {
  const entries = revoked.map(({ cert }) => sequence(serialOf(cert), time(hoursFromNow(-1))));
  const body = sequence(
    tagged(0x02, Uint8Array.of(1)),
    ECDSA_WITH_SHA256,
    authority.issuer.name,
    time(hoursFromNow(-1)),
    time(hoursFromNow(1)),
    ...(entries.length > 0 ? [sequence(...entries)] : []),
  );
  const signature = tagged(0x03, Uint8Array.of(0), sign('sha256', body, authority.issuer.key));
  return pem('X509 CRL', sequence(body, ECDSA_WITH_SHA256, signature));
}

/** SHA-256 of a certificate, as people compare it. */
export function fingerprintOf({ cert }: Certificate): string {
  const hex = createHash('sha256').update(derOf(cert)).digest('hex').toUpperCase();
  return hex.replaceAll(/..(?=.)/g, '$&:');
}

export function hoursFromNow(hours: number): Date {
  return new Date(Date.now() + hours * HOUR_MILLIS);
}

function extensions(isAuthority: boolean): readonly Uint8Array[] {
  const address = tagged(0x87, Uint8Array.of(127, 0, 0, 1));
  const constraints = isAuthority ? sequence(tagged(0x01, Uint8Array.of(0xff))) : sequence();
  return [
    sequence(BASIC_CONSTRAINTS, tagged(0x01, Uint8Array.of(0xff)), tagged(0x04, constraints)),
    sequence(SUBJECT_ALT_NAME, tagged(0x04, sequence(address))),
  ];
}

/** The number of a certificate of ours: its tag, its length, and two bytes, right behind the version. */
function serialOf(cert: string): Uint8Array {
  const der = derOf(cert);
  const version = Buffer.from(tagged(0xa0, tagged(0x02, Uint8Array.of(2))));
  const at = der.indexOf(version) + version.length;
  return der.subarray(at, at + 4);
}

function sequence(...parts: readonly Uint8Array[]): Uint8Array {
  return tagged(0x30, ...parts);
}

function tagged(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const content = Buffer.concat(parts);
  const { length } = content;
  const head =
    length < 0x80
      ? [tag, length]
      : length < 0x100
        ? [tag, 0x81, length]
        : [tag, 0x82, length >> 8, length & 0xff];
  return Buffer.concat([Uint8Array.from(head), content]);
}

function objectId(hex: string): Uint8Array {
  return tagged(0x06, Buffer.from(hex, 'hex'));
}

/** GeneralizedTime: `20300101000000Z`. */
function time(date: Date): Uint8Array {
  const text = date.toISOString().replaceAll(/[-:T]|\.\d+/g, '');
  return tagged(0x18, Buffer.from(text));
}

function pem(label: string, der: Uint8Array): string {
  const lines = Buffer.from(der)
    .toString('base64')
    .replaceAll(/.{64}(?=.)/g, '$&\n');
  return `-----BEGIN ${label}-----\n${lines}\n-----END ${label}-----\n`;
}

function derOf(text: string): Buffer {
  return Buffer.from(text.replaceAll(/-----[^-]+-----/g, ''), 'base64');
}
