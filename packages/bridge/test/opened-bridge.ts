/** A bridge for one test, and what it tells. */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloseCode } from '@nbd/websocket';
import { onTestFinished } from 'vitest';
import {
  type Bridge,
  type BridgeEvents,
  type BridgeOptions,
  openBridge,
  refuse,
  sameToken,
} from '../src/index.ts';
import { TOKEN } from './page.ts';

export interface OpenedBridge {
  readonly bridge: Bridge;
  readonly url: string;
  /** The file of the Unix socket at which pages with the token are offered. */
  readonly path: string;
  readonly uri: string;
  /** What the next event of that name tells. */
  readonly next: <Name extends keyof BridgeEvents>(name: Name) => Promise<BridgeEvents[Name]>;
}

export interface OpenedBridgeOptions extends Partial<BridgeOptions> {
  /** Default: the one of `openPage`. */
  readonly tokens?: readonly string[];
  readonly socketsMax?: number;
}

/** Lets in who has a token, and offers it on a Unix socket; `admit` may say otherwise. */
export async function openedBridge({
  tokens = [TOKEN],
  socketsMax = 1,
  ...options
}: OpenedBridgeOptions = {}): Promise<OpenedBridge> {
  const folder = mkdtempSync(join(tmpdir(), 'nbd-bridge-'));
  const path = join(folder, 'nbd.sock');
  const uri = `nbd+unix:///?socket=${path}`;
  const bridge = await openBridge({
    admit: ({ token }) =>
      tokens.some((each) => sameToken(token, each))
        ? { listen: uri, socketsMax }
        : refuse(CloseCode.POLICY, 'the token is wrong'),
    returnTimeout: 300,
    ...options,
  });
  onTestFinished(async () => {
    await bridge.close();
    rmSync(folder, { recursive: true });
  });
  return {
    bridge,
    url: bridge.url ?? '',
    path,
    uri,
    next: (name) => once(bridge, name) as Promise<never>,
  };
}
