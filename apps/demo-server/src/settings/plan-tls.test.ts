import { expect, test } from 'vitest';
import { planTls, type TlsWishes } from './plan-tls.ts';
import { parseSpec, type Spec } from './spec.ts';

const CLEAR = ['nbd://127.0.0.1:1'];
const BOTH = ['nbd://127.0.0.1:1', 'nbds://127.0.0.1:2'];
const OPEN = new Map<string, Spec>([['open', parseSpec('null:1')]]);
const SEALED = new Map<string, Spec>([['sealed', { ...parseSpec('null:1'), tls: 'require' }]]);

test('without a wish there is no TLS', () => {
  expect(planTls({}, CLEAR, OPEN)).toBeUndefined();
  expect(planTls({ tls: 'off', tlsVerifyPeer: false }, CLEAR, OPEN)).toBeUndefined();
});

test.each<[TlsWishes, object]>([
  [{ tlsCertificates: 'pki' }, { certificates: 'pki' }],
  [
    { tls: 'on', tlsCertificates: 'pki', tlsVerifyPeer: true },
    { mode: 'on', certificates: 'pki', verifyPeer: true },
  ],
  [{ tlsPsk: 'keys.psk', tlsVerifyPeer: false }, { preSharedKeys: 'keys.psk' }],
])('%o is what the server is told', (wishes, options) => {
  expect(planTls(wishes, CLEAR, OPEN)).toEqual(options);
});

test('an export that requires TLS is served where an address has it', () => {
  expect(planTls({ tlsPsk: 'k' }, CLEAR, SEALED)).toBeDefined();
  expect(planTls({ tlsPsk: 'k', tls: 'off' }, BOTH, SEALED)).toBeDefined();
});

test.each<[TlsWishes, readonly string[], ReadonlyMap<string, Spec>, string]>([
  [
    { tlsCertificates: 'pki', tlsPsk: 'k' },
    CLEAR,
    OPEN,
    '--tls-certificates and --tls-psk cannot both be: choose one',
  ],
  [{}, BOTH, OPEN, 'nbds://127.0.0.1:2 needs --tls-certificates DIR or --tls-psk FILE'],
  [{ tls: 'on' }, CLEAR, OPEN, '--tls on needs --tls-certificates DIR or --tls-psk FILE'],
  [
    { tlsVerifyPeer: true },
    CLEAR,
    OPEN,
    '--tls-verify-peer needs --tls-certificates DIR or --tls-psk FILE',
  ],
  [
    { tlsVerifyPeer: true, tlsPsk: 'k' },
    CLEAR,
    OPEN,
    '--tls-verify-peer is for --tls-certificates: whoever has a key has proven it',
  ],
  [{}, CLEAR, SEALED, 'export "sealed" requires TLS, and no address has it'],
  [
    { tls: 'off', tlsPsk: 'k' },
    CLEAR,
    SEALED,
    'export "sealed" requires TLS, and no address has it',
  ],
])('%o at %o is wrong usage', (wishes, listen, exports, message) => {
  expect(() => planTls(wishes, listen, exports)).toThrow(
    expect.objectContaining({ code: 'wrong-usage', message }),
  );
});
