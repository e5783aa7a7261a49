/**
 * A file that was chosen in a page, as virtual media: a drop-in for the scripts that consoles have.
 *
 * @packageDocumentation
 */
export { NBDServer, type NBDServerOptions } from './nbd-server.ts';
