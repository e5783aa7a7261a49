import { expect, test } from 'vitest';
import { parseConfig } from './config.ts';
import { ProgramError } from '../program-error.ts';

test('a configuration file says what the command line can say', () => {
  const text = `{
    "listen": ["nbd://[::1]:0", "nbd+unix:///?socket=/run/nbd.sock"],
    "files": ["a/disk.img"],
    "exports": { "10": "memory:1M", "2": "file:b.img | readonly", "": "null:1" },
    "readOnly": true,
    "tls": "on",
    "tlsCertificates": "pki",
    "tlsVerifyPeer": false,
    "tlsPsk": "keys.psk",
    "maxConnections": 7,
    "workers": 3,
    "handshakeTimeout": 0.5,
    "shutdownTimeout": 0,
    "logLevel": "warn",
    "logFormat": "json"
  }`;

  const settings = parseConfig(text, 'nbd.json');

  expect(settings).toEqual({
    listen: ['nbd://[::1]:0', 'nbd+unix:///?socket=/run/nbd.sock'],
    files: ['a/disk.img'],
    exports: new Map<string, unknown>([
      ['10', { driver: { kind: 'memory', size: 1024 * 1024 }, filters: [] }],
      ['2', { driver: { kind: 'file', path: 'b.img' }, filters: [{ kind: 'readonly' }] }],
      ['', { driver: { kind: 'null', size: 1 }, filters: [] }],
    ]),
    readOnly: true,
    tls: 'on',
    tlsCertificates: 'pki',
    tlsVerifyPeer: false,
    tlsPsk: 'keys.psk',
    maxConnections: 7,
    workers: 3,
    handshakeTimeout: 0.5,
    shutdownTimeout: 0,
    logLevel: 'warn',
    logFormat: 'json',
  });
  expect([...(settings.exports?.keys() ?? [])]).toEqual(['10', '2', '']);
});

test('an empty object says nothing', () => {
  expect(parseConfig('{}', 'nbd.json')).toEqual({});
});

test('an export may be for clients under TLS only', () => {
  const text = `{ "exports": { "a": { "spec": "null:1 | readonly", "tls": "require" }, "b": { "spec": "null:2" } } }`;

  expect(parseConfig(text, 'nbd.json').exports).toEqual(
    new Map<string, unknown>([
      ['a', { driver: { kind: 'null', size: 1 }, filters: [{ kind: 'readonly' }], tls: 'require' }],
      ['b', { driver: { kind: 'null', size: 2 }, filters: [] }],
    ]),
  );
});

test('limits are numbers in their units, or sizes', () => {
  const text = `{ "limits": { "idleTimeout": 60, "payloadBytesMax": "1M", "inFlightMax": 16 } }`;
  expect(parseConfig(text, 'nbd.json').limits).toEqual({
    idleTimeout: 60_000,
    payloadBytesMax: 2 ** 20,
    inFlightMax: 16,
  });
});

const KNOWN =
  'listen, socketMode, files, exports, readOnly, tls, tlsCertificates, tlsVerifyPeer, tlsPsk, maxConnections, workers, handshakeTimeout, shutdownTimeout, limits, metrics, logLevel, logFormat';

test.each([
  ['{\n "readOnly": true\n "files": []}', '3: expected "," or "}", found "\\"files\\""'],
  ['[]', '1: expected an object in braces around all settings'],
  ['\n7', '2: expected an object in braces around all settings'],
  ['{\n"metric": "on"}', `2: metric: unknown setting, expected one of ${KNOWN}`],
  ['{\n"metrics": "on"}', '2: metrics: expected HOST:PORT, such as 127.0.0.1:9100, found "on"'],
  [`{"constructor": 1}`, `1: constructor: unknown setting, expected one of ${KNOWN}`],
  [`{"__proto__": {}}`, `1: __proto__: unknown setting, expected one of ${KNOWN}`],
  ['{\n\n"readOnly": "yes"}', '3: readOnly: expected true or false, found "yes"'],
  ['{\n"readOnly": null}', '2: readOnly: expected true or false, found null'],
  ['{"listen": "nbd://h"}', '1: listen: expected a list of NBD URIs, found "nbd://h"'],
  ['{"listen": []}', '1: listen: expected a list of NBD URIs, found an empty list'],
  [
    '{"listen": [\n"nbd://h",\n"http://h"]}',
    '3: listen: "http://h" is not an address: expected nbd://HOST:PORT or nbd+unix:///?socket=PATH',
  ],
  ['{"files": [\n7]}', '2: files: expected a text, found 7'],
  ['{"files": ["a",\n""]}', '2: files: expected a path, found ""'],
  ['{"exports": ["a=null:1"]}', '1: exports: expected an object of NAME: SPEC, found a list'],
  [
    '{"exports": {\n"a": "null:1",\n"b": "gs://b/v"}}',
    '3: exports "b": unknown driver "gs" in "gs://b/v": this server knows file, dir, memory, null, pattern, s3',
  ],
  ['{"exports": {"a":\n7}}', '2: exports "a": expected a SPEC or an object with "spec", found 7'],
  ['{"exports": {"a":\n{}}}', '2: exports "a": "spec": expected a SPEC, found none'],
  ['{"exports": {"a": {"spec": 7}}}', '1: exports "a": "spec": expected a SPEC, found 7'],
  [
    '{"exports": {"a": {"spec": "null:1", "tls": "on"}}}',
    '1: exports "a": "tls": expected "require", found "on"',
  ],
  [
    '{"exports": {"a": {"spec": "null:1", "Tls": "require"}}}',
    '1: exports "a": unknown key "Tls", expected "spec" and "tls"',
  ],
  ['{"tls": "maybe"}', '1: tls: expected one of off, on, require, found "maybe"'],
  ['{"tlsCertificates": 7}', '1: tlsCertificates: expected a text, found 7'],
  ['{"exports": {"a": "null:1",\n"a": "null:2"}}', '2: key "a" is there already, on line 1'],
  ['{"maxConnections": 0}', '1: maxConnections: expected a whole number of at least 1, found 0'],
  [
    '{"maxConnections": 1.5}',
    '1: maxConnections: expected a whole number of at least 1, found 1.5',
  ],
  ['{"limits": 7}', '1: limits: expected an object of LIMIT: VALUE, found 7'],
  [
    '{"limits": {\n"inFlightMax": 5,\n"idleTimeout": "never"}}',
    '3: limits "idleTimeout": expected seconds from 0 to 2147483, found "never"',
  ],
  ['{"handshakeTimeout": -1}', '1: handshakeTimeout: expected seconds from 0 to 2147483, found -1'],
  [
    '{"shutdownTimeout": 2147484}',
    '1: shutdownTimeout: expected seconds from 0 to 2147483, found 2147484',
  ],
  [
    '{"logLevel": "loud"}',
    '1: logLevel: expected one of trace, debug, info, warn, error, silent, found "loud"',
  ],
  ['{"logFormat": "xml"}', '1: logFormat: expected one of text, json, found "xml"'],
])('%j is refused with the file and the line', (text, message) => {
  expect(() => parseConfig(text, 'etc/nbd.json')).toThrow(
    new ProgramError('wrong-usage', `etc/nbd.json:${message}`),
  );
});
