/** What a server is willing to agree to, the same for all of its connections on one listener. */
import type { SessionLimits } from '../../limits.ts';
import type { ReplyMode } from '../../agreement/terms.ts';

/**
 * Off: STARTTLS is refused. On: the client may ask for TLS, and must for exports that demand it. Require: nothing
 * is told to a client in the clear. Spec: proto.md, "TLS support": NOTLS, SELECTIVETLS, FORCEDTLS.
 */
export type TlsMode = 'off' | 'on' | 'require';

export interface HandshakePolicy {
  readonly limits: SessionLimits;
  readonly tls: TlsMode;
  /** The best form of replies that a client may have. */
  readonly replyModeMax: ReplyMode;
}
