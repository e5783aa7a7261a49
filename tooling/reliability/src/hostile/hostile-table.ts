/** The servers that can be attacked. */

export interface HostileKind {
  readonly name: string;
  readonly about: string;
  /** There is no control: what would be found out is shown with reports that are made up. */
  readonly sound: true;
  readonly workers: number;
}

export const HOSTILE_SERVERS: readonly HostileKind[] = [
  { name: 'one', about: 'demo-server, one thread', sound: true, workers: 1 },
  { name: 'workers', about: 'demo-server, two threads', sound: true, workers: 2 },
];
