/** What a show has seen, and how it is told. */

export interface ShowReport {
  readonly title: string;
  /** What was done and counted, by name. */
  readonly figures: Readonly<Record<string, string>>;
  /** What must not be, in words. None: all is in order. */
  readonly faults: readonly string[];
  /** It breaks a promise on purpose, so that it can be seen that this is found. */
  readonly isControl: boolean;
  /** Why it has not seen all that it was to see, if so. */
  readonly unfinished?: string | undefined;
}

/** The table of a show, with its verdict at the end. */
export function reportText(report: ShowReport): string {
  const { title, figures, faults } = report;
  const rows = [
    ...Object.entries(figures),
    ...faults.slice(0, FAULTS_MAX).map((fault) => ['fault', fault] as const),
    ['verdict', verdictOf(report)] as const,
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  return [title, ...rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`), ''].join(
    '\n',
  );
}

/** Whether a sound volume had no fault, or a control was found out. */
export function isInOrder({ faults, isControl, unfinished }: ShowReport): boolean {
  return unfinished === undefined && faults.length > 0 === isControl;
}

/** One says enough, and a lost volume has thousands. */
const FAULTS_MAX = 5;

function verdictOf({ faults, isControl, unfinished }: ShowReport): string {
  if (faults.length > 0) {
    return isControl ? 'found out, as a control must be' : `PROMISE BROKEN, ${faults.length} times`;
  }
  if (unfinished !== undefined) return `open: ${unfinished}`;
  return isControl ? 'NOT FOUND OUT' : 'in order';
}
