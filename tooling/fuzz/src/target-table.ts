/** All targets. */
import type { Target } from './target.ts';
import { clientSessionTarget } from './targets/client-session-target.ts';
import { codecTarget } from './targets/codec-target.ts';
import { servedSessionTarget } from './targets/served-session-target.ts';
import { serverSessionTarget } from './targets/server-session-target.ts';
import { textsTarget } from './targets/texts-target.ts';

export const TARGETS: readonly Target[] = [
  codecTarget,
  serverSessionTarget,
  servedSessionTarget,
  clientSessionTarget,
  textsTarget,
];
