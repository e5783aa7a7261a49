/**
 * Files and block devices as disks.
 *
 * @packageDocumentation
 */
export { fileDriver } from './file-driver.ts';
export type { FileDriverOptions } from './file-driver.ts';
export { folderExports } from './folder/folder-exports.ts';
export type { FolderExports, FolderExportsOptions } from './folder/folder-exports.ts';
export { FileOpenError } from './file/file-open-error.ts';
export type { FileOpenErrorCode } from './file/file-open-error.ts';
export type { LockPolicy } from './file/file-lock.ts';
export type { IoChoice } from './reads/choose-reads.ts';
