/** The laws of `docs/architecture.md`, asked of this repository. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { checkLengths, checkNames, checkSyntax } from '../src/check-form.ts';
import { checkCycles, checkImports, checkVocabularies } from '../src/check-imports.ts';
import { checkLinks } from '../src/check-links.ts';
import { checkManifests, checkTableIsInhabited } from '../src/check-manifests.ts';
import { checkParity, countNamedTests } from '../src/check-parity.ts';
import { checkLockfile, checkPlaces } from '../src/check-places.ts';
import { checkNodeGlobals, checkPureBuilds, checkStateMachines } from '../src/check-purity.ts';
import { checkSecrets } from '../src/check-secrets.ts';
import {
  checkBroughtAlong,
  checkExactVersions,
  checkInstallScripts,
  checkLicences,
  checkResolutions,
} from '../src/check-supply.ts';
import { installedLicences } from '../src/installed-licence.ts';
import { readTree } from '../src/tree.ts';
import { workspacePackages } from '../src/workspace-package.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const tree = readTree(ROOT);

describe('this repository', () => {
  it('is read: its packages have source files', () => {
    const empty = workspacePackages(tree).filter(({ files }) => !files.some((f) => f.isSource));
    expect(empty.map(({ folder }) => folder)).toEqual([]);
  });

  it('has a parity table with a test for each defect but those to come', () => {
    expect(countNamedTests(tree)).toBeGreaterThan(45);
  });

  it.each([
    ['manifests follow the layers', checkManifests],
    ['the table of layers names only packages that are there', checkTableIsInhabited],
    [
      'imports are declared, and stay inside their package or go to another by its name',
      checkImports,
    ],
    ['only session/src/serve speaks of the wire and of disks', checkVocabularies],
    ['files do not import each other in circles', checkCycles],
    ["pure packages use none of Node's globals", checkNodeGlobals],
    ['the state machines neither wait nor look at a clock', checkStateMachines],
    ['pure packages compile without the types of Node and of the DOM', checkPureBuilds],
    ['exports are named one by one, and syntax is erasable', checkSyntax],
    ['names of files say what is inside', checkNames],
    ['files have at most 300 lines', checkLengths],
    ['no text names the host of a registry or a path of one machine', checkPlaces],
    ['the lockfile sends nobody to a host', checkLockfile],
    ['the tests that the parity table names are there', checkParity],
    ['secrets are compared in constant time, and in one place', checkSecrets],
    ['what is locked is a release with its hash', checkResolutions],
    ['nothing runs a script when it is installed', checkInstallScripts],
    ['versions are exact', checkExactVersions],
    ['as many packages of others come with ours as the table says', checkBroughtAlong],
  ] as const)('%s', (_law, check) => {
    expect(check(tree)).toEqual([]);
  });

  it('has no page with a link that leads nowhere', () => {
    expect(checkLinks(tree, (path) => existsSync(join(ROOT, path)))).toEqual([]);
  });

  it('comes with packages under the licences of the list alone', () => {
    expect(checkLicences(tree, installedLicences(ROOT))).toEqual([]);
  });
});
