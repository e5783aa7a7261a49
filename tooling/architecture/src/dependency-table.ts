/** What packages of others come with ours, and under which licences. To add one is a decision: it is made here. */

/**
 * How many packages of others come with each of ours, those for other machines included. A package that is not here brings none.
 */
export const BROUGHT_ALONG: Readonly<Record<string, number>> = {
  '@nbd/bridge': 1,
  '@nbd/driver-conformance': 2,
  '@nbd/driver-file': 27,
  '@nbd/object-store-s3': 26,
  'demo-server': 87,
  nbd: 54,
  'virtual-media': 1,
};

/** Licences that ask for no more than to be named. */
export const LICENCES: ReadonlySet<string> = new Set([
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'ISC',
  'MIT',
]);
