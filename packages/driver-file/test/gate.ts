/** Something that a test lets others wait for. */
export interface Gate {
  /** Resolves when the gate is opened. */
  readonly passed: Promise<void>;
  open(): void;
}

export function gate(): Gate {
  const waiting: (() => void)[] = [];
  return {
    passed: new Promise((resolve) => waiting.push(resolve)),
    open() {
      for (const resolve of waiting) resolve();
    },
  };
}
