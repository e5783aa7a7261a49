/** The layer graph as the imports tell it. */
import { builtinModules } from 'node:module';
import { dirname, join } from 'node:path/posix';
import { LAYERS } from './layer-table.ts';
import { readImports } from './read-imports.ts';
import type { Tree } from './tree.ts';
import {
  runtimeDependencies,
  type SourceFile,
  type WorkspacePackage,
  workspacePackages,
} from './workspace-package.ts';

/** Faults of the imports of all packages and apps, one sentence each. */
export function checkImports(tree: Tree): readonly string[] {
  const fromRoot = Object.keys(
    (JSON.parse(tree.get('package.json') ?? '{}') as { devDependencies?: object })
      .devDependencies ?? {},
  );
  return workspacePackages(tree).flatMap((each) =>
    each.files.flatMap((file) => checkFile(each, file, fromRoot, tree)),
  );
}

/** Only the translator may know the words of the wire and the words of a disk. */
export function checkVocabularies(tree: Tree): readonly string[] {
  return workspacePackages(tree)
    .filter(({ folder }) => folder.startsWith('packages/'))
    .flatMap(({ folder, files }) =>
      files
        .filter(({ path, isSource }) => isSource && !path.startsWith('packages/session/src/serve/'))
        .flatMap(({ path, text }) => {
          const names = new Set(readImports(text).map(({ specifier }) => specifier));
          const wire = names.has('@nbd/codec');
          const disk = names.has('@nbd/driver');
          if (wire && disk) return [`${path}: imports both @nbd/codec and @nbd/driver`];
          if (disk && folder === 'packages/session') {
            return [`${path}: only src/serve of the session may import @nbd/driver`];
          }
          return [];
        }),
    );
}

/** Files of one package that import each other in a circle. */
export function checkCycles(tree: Tree): readonly string[] {
  return workspacePackages(tree).flatMap(({ files }) => {
    const edges = new Map(files.map((file) => [file.path, importedFiles(file)]));
    const done = new Set<string>();
    const cycles: string[] = [];
    const visit = (path: string, trail: readonly string[]): void => {
      const back = trail.indexOf(path);
      if (back !== -1) cycles.push(`cycle: ${[...trail.slice(back), path].join(' -> ')}`);
      if (back !== -1 || done.has(path)) return;
      for (const next of edges.get(path) ?? []) visit(next, [...trail, path]);
      done.add(path);
    };
    for (const path of edges.keys()) visit(path, []);
    return cycles;
  });
}

function checkFile(
  { folder, manifest }: WorkspacePackage,
  file: SourceFile,
  fromRoot: readonly string[],
  tree: Tree,
): readonly string[] {
  const declared = new Set(runtimeDependencies(manifest));
  if (!file.isSource) {
    for (const name of [...fromRoot, ...Object.keys(manifest.devDependencies ?? {})]) {
      declared.add(name);
    }
  }
  const { pure, web } = LAYERS[manifest.name] ?? {};
  const nodeless = file.isSource && (pure === true || web === true);
  return readImports(file.text).flatMap(({ specifier, line }) => {
    const where = `${file.path}:${line}`;
    if (specifier.startsWith('.')) return checkRelative(folder, file, specifier, where, tree);
    if (isNodeModule(specifier)) {
      if (nodeless) return [`${where}: ${specifier} in a package that runs without Node`];
      return specifier.startsWith('node:') ? [] : [`${where}: ${specifier} without "node:"`];
    }
    const name = packageName(specifier);
    if (name === manifest.name && !file.isSource) return []; // a test may use the public door
    return declared.has(name)
      ? []
      : [`${where}: ${name} is not declared in ${folder}/package.json`];
  });
}

function checkRelative(
  folder: string,
  file: SourceFile,
  specifier: string,
  where: string,
  tree: Tree,
): readonly string[] {
  const target = join(dirname(file.path), specifier);
  if (!target.startsWith(`${folder}/`)) return [`${where}: ${specifier} leaves the package`];
  if (file.isSource && target.endsWith('.test.ts')) return [`${where}: source imports a test`];
  return tree.has(target) ? [] : [`${where}: ${specifier} is no file of this repository`];
}

function importedFiles(file: SourceFile): readonly string[] {
  const targets = readImports(file.text)
    .filter(({ specifier }) => specifier.startsWith('.'))
    .map(({ specifier }) => join(dirname(file.path), specifier));
  return [...new Set(targets)];
}

function isNodeModule(specifier: string): boolean {
  return specifier.startsWith('node:') || builtinModules.includes(specifier);
}

function packageName(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}
