/**
 * Reads the configuration anew, and serves the exports that it has now.
 */
import type { Logger } from 'pino';
import type { Plan } from '../settings/plan.ts';
import type { ReloadStep } from '../serving/reloader.ts';

export interface ReloadExportsParts {
  /** What is in force. */
  readonly plan: Plan;
  /** Reads all sources of settings anew. Throws what is wrong with them. */
  readonly readAgain: () => Plan;
  /** Told what is in force from now on. */
  readonly replaced: (plan: Plan) => void;
  readonly log: Logger;
}

export function exportsStep({ plan, readAgain, replaced, log }: ReloadExportsParts): ReloadStep {
  return {
    what: 'exports',
    mayHang: true,
    read() {
      const next = readAgain();
      return async (server, signal) => {
        await server.reloadExports(next, signal);
        replaced(next);
        const settings = otherSettings(plan, next);
        if (settings.length > 0) log.warn({ settings }, 'settings that take a new start');
      };
    },
  };
}

/** The names of settings that differ, and that are not exports. */
function otherSettings(one: Plan, other: Plan): readonly string[] {
  const [before, after] = [textsOf(one), textsOf(other)];
  const keys = new Set([...before.keys(), ...after.keys()]);
  return [...keys].filter((key) => before.get(key) !== after.get(key));
}

function textsOf(plan: Plan): ReadonlyMap<string, string> {
  const { exports: _exports, defaultExport: _defaultExport, ...rest } = plan;
  return new Map(Object.entries(rest).map(([key, value]) => [key, JSON.stringify(value)]));
}
