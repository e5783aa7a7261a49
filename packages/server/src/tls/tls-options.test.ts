import { expect, test } from 'vitest';
import { checkTlsOptions, type TlsOptions } from './tls-options.ts';

const KEYS = new Map([['alice', Uint8Array.of(1)]]);

test('without a mode, TLS is required', () => {
  expect(checkTlsOptions({ certificates: 'pki' })).toBe('require');
  expect(checkTlsOptions({ preSharedKeys: KEYS, mode: 'on' })).toBe('on');
});

test.each<[unknown, string]>([
  [{}, 'tls: expected either certificates or preSharedKeys, found neither'],
  [
    { certificates: 'pki', preSharedKeys: KEYS },
    'tls: expected either certificates or preSharedKeys, found both',
  ],
  [{ certificates: 'pki', mode: 'maybe' }, 'tls.mode must be one of off, on, require, not "maybe"'],
  [
    { preSharedKeys: KEYS, verifyPeer: true },
    'tls.verifyPeer is for certificates: whoever has a pre-shared key has proven it',
  ],
  [
    { certificates: 'pki', verifypeer: true },
    'tls: there is no option "verifypeer", expected one of mode, certificates, verifyPeer, preSharedKeys',
  ],
  [
    { certificates: { serverCert: '', serverKey: '', cacrl: '' } },
    'tls.certificates: there is no option "cacrl", expected one of serverCert, serverKey, caCert, caCrl',
  ],
])('%j cannot be', (options, message) => {
  expect(() => checkTlsOptions(options as TlsOptions)).toThrow(new TypeError(message));
});
