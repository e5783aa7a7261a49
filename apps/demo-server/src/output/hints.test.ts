import { expect, test } from 'vitest';
import { hints } from './hints.ts';

test('the lines to try a TCP address need no change', () => {
  const text = hints({ kind: 'tcp', host: '127.0.0.1', port: 4711 }, 'demo');

  expect(text).toContain('\n  nbdinfo nbd://127.0.0.1:4711/demo\n');
  expect(text).toContain('\n  nbd-client 127.0.0.1 4711 /dev/nbd0 -name demo\n');
});

test('the default export without a name is not named', () => {
  const text = hints({ kind: 'tcp', host: '::1', port: 10809 }, '');

  expect(text).toContain("\n  nbdinfo 'nbd://[::1]:10809'\n");
  expect(text).toContain('\n  nbd-client ::1 10809 /dev/nbd0\n');
});

test('names and paths are quoted for the shell', () => {
  const text = hints({ kind: 'unix', path: '/tmp/my nbd.sock' }, "it's");

  expect(text).toContain("  nbdinfo 'nbd+unix:///it'\\''s?socket=/tmp/my%20nbd.sock'\n");
  expect(text).toContain("  nbd-client -unix '/tmp/my nbd.sock' /dev/nbd0 -name 'it'\\''s'\n");
});

test('what a terminal would obey is spelled out', () => {
  const text = hints({ kind: 'tcp', host: '127.0.0.1', port: 4711 }, "it's\n\u001B[2J\\");

  expect(text).toContain(String.raw`-name $'it\'s\u000a\u001b[2J\\'`);
});

test('an address that requires TLS comes with the files that clients need', () => {
  const address = { kind: 'tcp', host: '127.0.0.1', port: 4711, tls: true } as const;
  const text = hints(address, 'demo', { certificates: '/etc/my pki', verifyPeer: true });

  expect(text).toContain(
    "\n  nbdinfo 'nbds://127.0.0.1:4711/demo?tls-certificates=/etc/my%20pki'\n",
  );
  expect(text).toContain(
    "\n  qemu-img info --object 'tls-creds-x509,id=tls,endpoint=client,dir=/etc/my pki' --image-opts driver=nbd,host=127.0.0.1,port=4711,export=demo,tls-creds=tls\n",
  );
  expect(text).toContain('ca-cert.pem, client-cert.pem and client-key.pem in the folder.\n');
  expect(text).not.toContain('nbd-client');
});

test('so does one with keys', () => {
  const address = { kind: 'unix', path: '/tmp/nbd.sock', tls: true } as const;
  const text = hints(address, 'demo', { preSharedKeys: 'pki/keys.psk' });

  expect(text).toContain(
    "\n  nbdinfo 'nbds+unix://NAME@/demo?socket=/tmp/nbd.sock&tls-psk-file=pki/keys.psk'\n",
  );
  expect(text).toContain('tls-creds-psk,id=tls,endpoint=client,username=NAME,dir=pki ');
  expect(hints(address, '', { preSharedKeys: 'other.psk' })).not.toContain('qemu-img');
});

test('commas in what qemu is told are doubled', () => {
  const address = { kind: 'unix', path: '/tmp/a,b.sock', tls: true } as const;
  const text = hints(address, 'c,d', { certificates: 'e,f' });

  expect(text).toContain('endpoint=client,dir=e,,f --image-opts');
  expect(text).toContain('path=/tmp/a,,b.sock,tls-hostname=localhost,export=c,,d,tls-creds=tls\n');
});

test('an address in the clear needs no files, whatever else the server has', () => {
  const address = { kind: 'tcp', host: '127.0.0.1', port: 4711 } as const;
  expect(hints(address, 'demo', { mode: 'on', certificates: 'pki' })).toBe(hints(address, 'demo'));
});

test('where there is no default export, the lines show how to see which there are', () => {
  const tcp = { kind: 'tcp', host: '127.0.0.1', port: 4711 } as const;
  expect(hints(tcp, undefined)).toContain('\n  nbdinfo --list nbd://127.0.0.1:4711\n');
  expect(hints(tcp, undefined)).not.toContain('nbdcopy');
  const text = hints({ ...tcp, tls: true }, undefined, { preSharedKeys: 'pki/keys.psk' });
  expect(text).toContain("'nbds://NAME@127.0.0.1:4711?tls-psk-file=pki/keys.psk'\n");
  expect(text).toContain('NAME is one in the file of keys.');
});
