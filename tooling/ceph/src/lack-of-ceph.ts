import { existsSync } from 'node:fs';

/** What a cluster is started with; Debian has them in ceph-mon, ceph-osd, radosgw, ceph-common and iproute2. */
const PROGRAMS = ['ceph', 'ceph-mon', 'ceph-osd', 'monmaptool', 'radosgw', 'radosgw-admin', 'ip'];

const FOLDERS = ['/usr/bin', '/usr/sbin', '/bin', '/sbin'];

/** Why no cluster can be started here, in one line; undefined if one can. */
export function lackOfCeph(): string | undefined {
  if (process.getuid?.() !== 0) return 'a cluster of Ceph is started by root only';
  const missing = PROGRAMS.filter(
    (name) => !FOLDERS.some((folder) => existsSync(`${folder}/${name}`)),
  );
  return missing.length === 0 ? undefined : `not on this machine: ${missing.join(', ')}`;
}
