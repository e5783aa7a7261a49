/** An object that a volume needs, and cannot be had as it was put. */
export interface Damage {
  readonly key: string;
  /** One line. */
  readonly reason: string;
}
