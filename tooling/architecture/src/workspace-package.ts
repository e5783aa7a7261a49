/** A package of the workspace: its manifest and its TypeScript files. */
import type { Tree } from './tree.ts';

type Versions = Readonly<Record<string, string>>;

/** The parts of a package.json that the checks read. */
export interface Manifest {
  readonly name: string;
  readonly dependencies?: Versions;
  readonly optionalDependencies?: Versions;
  readonly peerDependencies?: Versions;
  readonly devDependencies?: Versions;
}

/** A TypeScript file of a package. */
export interface SourceFile {
  /** From the root of the repository. */
  readonly path: string;
  /** From the folder of the package: `src/index.ts`. */
  readonly pathInPackage: string;
  readonly text: string;
  /** Below `src` and not a test: what users get. */
  readonly isSource: boolean;
}

export interface WorkspacePackage {
  /** From the root of the repository: `packages/codec`. */
  readonly folder: string;
  readonly manifest: Manifest;
  readonly files: readonly SourceFile[];
}

/** The packages below `packages` and `apps`: what the laws of the layers are about. */
export function workspacePackages(tree: Tree): readonly WorkspacePackage[] {
  return [...tree].flatMap(([path, text]) => {
    const folder = /^((?:packages|apps)\/[^/]+)\/package\.json$/.exec(path)?.[1];
    if (folder === undefined) return [];
    return [{ folder, manifest: JSON.parse(text) as Manifest, files: sourceFiles(tree, folder) }];
  });
}

/** What a package declares in the fields that a user's installation follows. */
export function runtimeDependencies(manifest: Manifest): readonly string[] {
  return [
    ...Object.keys(manifest.dependencies ?? {}),
    ...Object.keys(manifest.optionalDependencies ?? {}),
    ...Object.keys(manifest.peerDependencies ?? {}),
  ];
}

function sourceFiles(tree: Tree, folder: string): readonly SourceFile[] {
  return [...tree].flatMap(([path, text]) => {
    const pathInPackage = path.slice(folder.length + 1);
    if (!path.startsWith(`${folder}/`) || !/^(?:src|test|bench)\/.*\.ts$/.test(pathInPackage)) {
      return [];
    }
    const isSource = pathInPackage.startsWith('src/') && !pathInPackage.endsWith('.test.ts');
    return [{ path, pathInPackage, text, isSource }];
  });
}
