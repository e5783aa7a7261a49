/** How a served disk is reached: by TCP in the clear, or as `pnpm test:ways` says. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TlsOptions } from '@nbd/server';
import { onTestFinished } from 'vitest';
import type { TlsCredentials } from '../src/index.ts';

export interface Reached {
  readonly listen: string;
  readonly tls?: TlsOptions;
  readonly credentials?: TlsCredentials;
}

const IDENTITY = 'way';
const KEY = Buffer.from('0f5c1b7de2a84c3390d1e6a75b2f4c68', 'hex');

export function reachedByWay(): Reached {
  const listen = 'nbd://127.0.0.1:0';
  switch (process.env['NBD_WAY']) {
    case 'unix':
      return { listen: `nbd+unix:///?socket=${join(temporaryFolder(), 'nbd.sock')}` };
    case 'tls':
      return {
        listen,
        tls: { preSharedKeys: new Map([[IDENTITY, KEY]]) },
        credentials: { psk: { identity: IDENTITY, key: KEY } },
      };
    default:
      return { listen };
  }
}

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'nbd-client-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}
