/** A moment that comes when it is told to. */
export interface Moment {
  readonly until: Promise<void>;
  readonly come: () => void;
}

export function moment(): Moment {
  let come!: () => void;
  const until = new Promise<void>((resolve) => {
    come = resolve;
  });
  return { until, come };
}
