/**
 * Files and block devices as disks.
 *
 * @packageDocumentation
 */
export { fileDriver } from './file-driver.ts';
export type { FileDriverOptions } from './file-driver.ts';
export { folderExports } from './folder-exports.ts';
export type { FolderExports, FolderExportsOptions } from './folder-exports.ts';
export { FileOpenError } from './file-open-error.ts';
export type { FileOpenErrorCode } from './file-open-error.ts';
export type { LockPolicy } from './file-lock.ts';
export type { IoChoice } from './choose-reads.ts';
