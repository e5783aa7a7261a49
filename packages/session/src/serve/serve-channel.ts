/** Serves one client over a channel, whatever that channel is. */
import type { Channel } from './channel.ts';
import { Pump } from './pump.ts';
import type { ServeChannelOptions, ServedSession } from './served-session.ts';

/**
 * Serves the client at the other end of `channel` until it leaves.
 *
 * @throws TypeError if there is to be TLS and the channel has none
 */
export function serveChannel(channel: Channel, options: ServeChannelOptions): ServedSession {
  if ((options.tls ?? 'off') !== 'off' && channel.secure === undefined) {
    throw new TypeError(`tls: ${options.tls} needs a channel with a method \`secure\``);
  }
  const pump = new Pump(channel, options);
  channel.start(pump);
  pump.begin();
  return pump;
}
