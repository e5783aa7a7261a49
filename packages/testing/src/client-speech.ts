/** What a client says: its requests are written down, and struck by faults, on their way to the session. */
import {
  CLIENT_FLAGS_BYTES,
  ClientFlag,
  Command,
  CommandFlag,
  decodeClientFlags,
  decodeExtendedRequest,
  decodeOptionHeader,
  decodeRequest,
  EXTENDED_REQUEST_BYTES,
  EXTENDED_REQUEST_MAGIC,
  Option,
  OPTION_HEADER_BYTES,
  type Request,
  REQUEST_BYTES,
  REQUEST_MAGIC,
  spellCommand,
  spellCommandFlags,
  WireError,
} from '@nbd/codec';
import type { CallRange, DiskCall } from '@nbd/filters';
import type { Conversation } from './conversation.ts';
import type { History } from './history.ts';
import type { MessageSink } from './message-reader.ts';
import type { Outlet } from './outlet.ts';
import type { WireFaultPlan } from './wire-fault-plan.ts';

export interface ClientSpeechOptions {
  readonly connection: number;
  readonly conversation: Conversation;
  readonly history: History;
  readonly faults: WireFaultPlan;
  /** To the session. */
  readonly outlet: Outlet;
  readonly cut: () => void;
}

const MAGIC_BYTES = 4;

/** What each command asks of a disk. */
const CALLS: readonly (DiskCall | undefined)[] = [
  'read',
  'write',
  undefined,
  'flush',
  'trim',
  'cache',
  'zero',
  'extents',
  'resize',
];

export class ClientSpeech implements MessageSink {
  readonly #options: ClientSpeechOptions;
  #hasFlags = false;

  constructor(options: ClientSpeechOptions) {
    this.#options = options;
  }

  headerBytes(start: Uint8Array): number {
    if (!this.#hasFlags) return CLIENT_FLAGS_BYTES;
    if (start.length < MAGIC_BYTES) return MAGIC_BYTES;
    switch (viewOf(start).getUint32(0)) {
      case REQUEST_MAGIC:
        return REQUEST_BYTES;
      case EXTENDED_REQUEST_MAGIC:
        return EXTENDED_REQUEST_BYTES;
      default:
        return OPTION_HEADER_BYTES;
    }
  }

  header(bytes: Uint8Array): number | undefined {
    const payloadBytes = this.#understand(bytes);
    this.#options.outlet.write(bytes);
    return payloadBytes;
  }

  payload(bytes: Uint8Array): void {
    this.#options.outlet.write(bytes);
  }

  end(): void {}

  unknown(bytes: Uint8Array): void {
    this.#options.outlet.write(bytes);
  }

  #understand(bytes: Uint8Array): number | undefined {
    const view = viewOf(bytes);
    if (!this.#hasFlags) {
      this.#hasFlags = true;
      const { clientFlags } = decodeClientFlags(view, 0, { clientFlags: 0 });
      this.#options.conversation.hasZeroes = (clientFlags & ClientFlag.NO_ZEROES) === 0;
      return 0;
    }
    const blank = { flags: 0, type: 0, cookieHigh: 0, cookieLow: 0, offset: 0, length: 0 };
    switch (bytes.length) {
      case REQUEST_BYTES: {
        const request = decodeRequest(view, 0, blank);
        this.#hear(request, view.getBigUint64(8));
        return request.type === Command.WRITE ? request.length : 0;
      }
      case EXTENDED_REQUEST_BYTES: {
        const request = decodeExtendedRequest(view, 0, blank);
        this.#hear(request, view.getBigUint64(8));
        return (request.flags & CommandFlag.PAYLOAD_LEN) === 0 ? 0 : request.length;
      }
      default:
        return this.#hearOption(view);
    }
  }

  #hear(request: Request, cookie: bigint): void {
    const { connection, conversation, history, faults, cut } = this.#options;
    const { type, flags, offset, length } = request;
    const call = CALLS[type];
    const range = rangeOf(request);
    const strike = call && faults.strike(call, range);
    const answered = history.add({
      connection,
      command: spellCommand(type),
      offset,
      length,
      flags: spellFlags(flags & ~CommandFlag.PAYLOAD_LEN),
      answer: type === Command.DISC ? 'none' : 'pending',
    });
    if (type !== Command.DISC) conversation.asked.set(cookie, { call, length, strike, answered });
    if (strike?.cut === 'before the disk') cut();
  }

  #hearOption(view: DataView): number | undefined {
    try {
      const { option, length } = decodeOptionHeader(view, 0, { option: 0, length: 0 });
      if (option === Option.EXPORT_NAME) this.#options.conversation.awaitsExportName = true;
      return length;
    } catch (error) {
      if (error instanceof WireError) return undefined;
      throw error;
    }
  }
}

/** FLUSH, RESIZE and DISC have none. */
function rangeOf({ type, offset, length }: Request): CallRange | undefined {
  if (type === Command.FLUSH || type === Command.RESIZE || type === Command.DISC) return undefined;
  return { offset, length };
}

function spellFlags(flags: number): readonly string[] {
  return flags === 0 ? [] : spellCommandFlags(flags).split('|');
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
