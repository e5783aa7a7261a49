/**
 * A workload that says nothing about a server, which is no failure of it: it is left out.
 */
export class NotApplicable extends Error {
  override readonly name = 'NotApplicable';
}
