/** A socket of Node as a channel: in the clear, and as simple as can be. */
import type { Socket } from 'node:net';
import type { Channel, ChannelReceiver } from '@nbd/session';

/** The socket must allow half-open connections, and come paused; it is the channel's from here on. */
export function socketChannel(socket: Socket): Channel {
  let isEnding = false;
  let isClosed = false;
  let failure: Error | undefined;
  let listener: ChannelReceiver | undefined;
  socket.setNoDelay(true);
  socket.on('error', (error) => {
    failure ??= error;
  });
  socket.on('close', () => {
    isClosed = true;
  });
  return {
    get queuedBytes() {
      return socket.destroyed ? Number.POSITIVE_INFINITY : socket.writableLength;
    },

    start(receiver) {
      listener = receiver;
      socket.on('data', (bytes) => {
        if (!isEnding) receiver.received(bytes);
      });
      socket.on('end', () => {
        if (!isEnding) receiver.ended();
      });
      if (isClosed) setImmediate(() => receiver.closed(failure));
      else socket.on('close', () => receiver.closed(failure));
      socket.resume();
    },

    send(segments) {
      if (socket.destroyed || isEnding) return true;
      for (const [i, bytes] of segments.entries()) {
        if (i < segments.length - 1) socket.write(bytes);
        else socket.write(bytes, (error) => (error ? undefined : listener?.sent()));
      }
      return segments.length === 0;
    },

    pause() {
      socket.pause();
    },

    resume() {
      socket.resume();
    },

    end() {
      isEnding = true;
      socket.end();
      socket.resume();
    },

    drop() {
      socket.destroy();
    },

    defer(task) {
      setImmediate(task);
    },
  };
}
