import fc from 'fast-check';
import { expect, it } from 'vitest';
import { MessageReader, type MessageSink } from './message-reader.ts';

/** Messages of a test: a byte L of 1 to 9, L - 1 bytes of header, of which the last is the size of the payload; 0 is no header. */
class Recorder implements MessageSink {
  readonly said: string[] = [];
  payloadSoFar: number[] = [];
  unknownSoFar: number[] = [];

  headerBytes(start: Uint8Array): number {
    return Math.max(1, start[0] ?? 1);
  }

  header(bytes: Uint8Array): number | undefined {
    this.said.push(`header ${bytes.join(' ')}`);
    return bytes[0] === 0 ? undefined : bytes.at(-1);
  }

  payload(bytes: Uint8Array): void {
    this.payloadSoFar.push(...bytes);
  }

  end(): void {
    this.said.push(`payload ${this.payloadSoFar.join(' ')}`);
    this.payloadSoFar = [];
  }

  unknown(bytes: Uint8Array): void {
    this.unknownSoFar.push(...bytes);
  }
}

it('what is told does not depend on how the stream was cut', () => {
  const stream = fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 60 });
  fc.assert(
    fc.property(stream, fc.array(fc.nat(59)), (bytes, cuts) => {
      const whole = new Recorder();
      new MessageReader(whole).receive(Uint8Array.from(bytes));
      const pieces = new Recorder();
      const reader = new MessageReader(pieces);
      const borders = [0, ...cuts.toSorted((a, b) => a - b), bytes.length];
      for (const [i, from] of borders.entries()) {
        reader.receive(Uint8Array.from(bytes.slice(from, borders[i + 1])));
      }
      expect(pieces).toEqual(whole);
    }),
  );
});

it('messages are told apart, and what is none is told as it came', () => {
  const recorder = new Recorder();
  new MessageReader(recorder).receive(Uint8Array.of(1, 7, 2, 3, 7, 8, 9, 3, 5, 0, 0, 4, 4));
  expect(recorder.said).toEqual([
    'header 1',
    'payload 7',
    'header 2 3',
    'payload 7 8 9',
    'header 3 5 0',
    'payload ',
    'header 0',
  ]);
  expect(recorder.unknownSoFar).toEqual([4, 4]);
});

it('once it is stopped it tells nothing, in the middle of what it takes', () => {
  const recorder = new Recorder();
  const reader = new MessageReader({
    headerBytes: (start) => recorder.headerBytes(start),
    header(bytes) {
      reader.stop();
      return recorder.header(bytes);
    },
    payload: (bytes) => recorder.payload(bytes),
    end: () => recorder.end(),
    unknown: (bytes) => recorder.unknown(bytes),
  });
  reader.receive(Uint8Array.of(2, 0, 2, 0));
  expect(recorder.said).toEqual(['header 2 0']);
});
