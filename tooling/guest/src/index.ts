/** What tests of other packages need to boot a machine from an export. */
export { bootDiscLack, buildBootDisc } from './boot-disc.ts';
export { type BootOptions, bootFrom } from './boot-from.ts';
