/** The layer graph as the manifests state it. */
import { LAYERS, type Layer } from './layer-table.ts';
import type { Tree } from './tree.ts';
import { type WorkspacePackage, workspacePackages } from './workspace-package.ts';

const RUNTIME_FIELDS = ['dependencies', 'optionalDependencies', 'peerDependencies'] as const;

/** Faults of the manifests against the table of layers, one sentence each. */
export function checkManifests(tree: Tree): readonly string[] {
  const packages = workspacePackages(tree);
  const workspaceNames = new Set(packages.map(({ manifest }) => manifest.name));
  return packages.flatMap((each) =>
    checkWorkspaceRanges(each, workspaceNames).concat(
      each.folder.startsWith('packages/') ? checkLayer(each, workspaceNames) : [],
    ),
  );
}

/** Missing from the repository although the table names it: the table would guard nothing. */
export function checkTableIsInhabited(tree: Tree): readonly string[] {
  const names = new Set(workspacePackages(tree).map(({ manifest }) => manifest.name));
  return Object.keys(LAYERS)
    .filter((name) => !names.has(name))
    .map((name) => `the table of layers names ${name}, which no package is`);
}

function checkLayer(
  { folder, manifest }: WorkspacePackage,
  workspaceNames: ReadonlySet<string>,
): readonly string[] {
  const layer = LAYERS[manifest.name];
  if (layer === undefined) return [`${folder}: ${manifest.name} is not in the table of layers`];
  return RUNTIME_FIELDS.flatMap((field) =>
    Object.keys(manifest[field] ?? {})
      .filter((name) => !isAllowed(layer, name, field, workspaceNames))
      .map((name) => `${folder}/package.json: ${name} may not stand in ${field}`),
  );
}

function isAllowed(
  layer: Layer,
  name: string,
  field: (typeof RUNTIME_FIELDS)[number],
  workspaceNames: ReadonlySet<string>,
): boolean {
  if (workspaceNames.has(name)) return field === 'dependencies' && layer.uses.includes(name);
  return layer.thirdParty?.[name] === field;
}

function checkWorkspaceRanges(
  { folder, manifest }: WorkspacePackage,
  workspaceNames: ReadonlySet<string>,
): readonly string[] {
  return [...RUNTIME_FIELDS, 'devDependencies' as const].flatMap((field) =>
    Object.entries(manifest[field] ?? {})
      .filter(([name, range]) => workspaceNames.has(name) && range !== 'workspace:^')
      .map(([name, range]) => `${folder}/package.json: ${name} is "${range}", not "workspace:^"`),
  );
}
