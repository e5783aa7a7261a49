/**
 * Filters: functions from one driver to another, with the same interface on both sides.
 *
 * @packageDocumentation
 */
export { readOnly } from './read-only.ts';
