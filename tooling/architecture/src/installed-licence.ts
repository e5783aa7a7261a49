/** The licences that installed packages name in their manifests. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LicenceOf } from './check-supply.ts';

/** Those of what pnpm has installed below `root`. */
export function installedLicences(root: string): LicenceOf {
  const store = join(root, 'node_modules/.pnpm');
  const folders = existsSync(store) ? readdirSync(store) : [];
  return (id) => {
    const name = id.slice(0, id.lastIndexOf('@'));
    const start = id.replace('/', '+');
    const folder = folders.find((each) => each === start || each.startsWith(`${start}_`));
    if (folder === undefined) return undefined;
    const manifest = join(store, folder, 'node_modules', name, 'package.json');
    const { license } = JSON.parse(readFileSync(manifest, 'utf8')) as {
      readonly license?: unknown;
    };
    return typeof license === 'string' ? license : JSON.stringify(license ?? null);
  };
}
