/** The layers of `docs/architecture.md`, as one table. A package that is not in it does not belong. */

/** What a package may need at run time. Apps are not in the table: they compose whatever they like. */
export interface Layer {
  /** Packages of this workspace. */
  readonly uses: readonly string[];
  /** Packages of others, each with the one field of the manifest where it may stand. */
  readonly thirdParty?: Readonly<Record<string, ThirdPartyField>>;
  /** Runs in any JavaScript engine: no Node module, no Node global, compiled with `types: []`. */
  readonly pure?: true;
  /** Runs in browsers and in Node: nothing that only Node has, compiled with `types: []` and the library of the DOM. */
  readonly web?: true;
}

export type ThirdPartyField = 'dependencies' | 'optionalDependencies' | 'peerDependencies';

export const LAYERS: Readonly<Record<string, Layer>> = {
  '@nbd/codec': { uses: [], pure: true },
  '@nbd/driver': { uses: [], pure: true },
  '@nbd/session': { uses: ['@nbd/codec', '@nbd/driver'], pure: true },
  '@nbd/server': { uses: ['@nbd/driver', '@nbd/session'] },
  '@nbd/client': { uses: ['@nbd/codec', '@nbd/session'] },
  '@nbd/websocket': { uses: ['@nbd/session'], web: true },
  '@nbd/bridge': {
    uses: ['@nbd/server', '@nbd/websocket'],
    thirdParty: { ws: 'dependencies' },
  },
  '@nbd/virtual-media': {
    uses: ['@nbd/driver', '@nbd/driver-blob', '@nbd/websocket'],
    web: true,
  },
  '@nbd/driver-blob': { uses: ['@nbd/driver'], pure: true },
  '@nbd/driver-memory': { uses: ['@nbd/driver'], pure: true },
  '@nbd/driver-synthetic': { uses: ['@nbd/driver'], pure: true },
  '@nbd/driver-file': {
    uses: ['@nbd/driver'],
    thirdParty: { koffi: 'optionalDependencies', 'fs-native-extensions': 'optionalDependencies' },
  },
  '@nbd/driver-conformance': {
    uses: ['@nbd/driver'],
    thirdParty: { 'fast-check': 'dependencies', vitest: 'peerDependencies' },
  },
  '@nbd/driver-object-store': { uses: ['@nbd/driver'] },
  '@nbd/object-store-s3': {
    uses: ['@nbd/driver-object-store'],
    thirdParty: {
      '@aws-sdk/credential-provider-node': 'dependencies',
      '@smithy/core': 'dependencies',
      '@smithy/signature-v4': 'dependencies',
      saxes: 'dependencies',
      undici: 'dependencies',
    },
  },
  '@nbd/filters': { uses: ['@nbd/driver'], pure: true },
  '@nbd/testing': {
    uses: [
      '@nbd/client',
      '@nbd/codec',
      '@nbd/driver',
      '@nbd/driver-memory',
      '@nbd/filters',
      '@nbd/session',
    ],
  },
};
