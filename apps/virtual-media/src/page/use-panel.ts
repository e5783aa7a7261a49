/** The part of the page that shows who uses the disk, how much, how fast and where. */
import { BlockMap } from './block-map.ts';
import { byteText } from './byte-text.ts';
import type { Progress } from './media-messages.ts';

/** The speed is that of so long, milliseconds. */
const SPEED_MILLIS = 1500;

export class UsePanel {
  readonly #section: HTMLElement;
  readonly #map: BlockMap;
  /** What was read and written at some times of late, the oldest first. */
  readonly #samples: { readonly at: number; readonly bytes: number }[] = [];
  #silence: ReturnType<typeof setTimeout> | undefined;

  constructor(section: HTMLElement) {
    this.#section = section;
    this.#map = new BlockMap(section.querySelector('#map') as HTMLCanvasElement);
  }

  /** A file is being inserted. */
  begin(): void {
    this.#section.hidden = false;
    this.#samples.length = 0;
    this.client(false);
    this.#say('#speed', `${byteText(0)}/s`);
  }

  /** Whether there is a client. */
  client(isThere: boolean): void {
    this.#say('#client', isThere ? 'connected' : 'none');
  }

  progress({ readBytes, writtenBytes, parts }: Progress): void {
    this.#say('#read', byteText(readBytes));
    this.#say('#written', byteText(writtenBytes));
    this.#say('#share', this.#map.show(parts));
    this.#sample(readBytes + writtenBytes);
  }

  #sample(bytes: number): void {
    const at = performance.now();
    const samples = this.#samples;
    samples.push({ at, bytes });
    while (samples.length > 2 && at - (samples[0]?.at ?? at) > SPEED_MILLIS) samples.shift();
    const [first] = samples;
    const millis = at - (first?.at ?? at);
    const speed = millis > 0 ? (1000 * (bytes - (first?.bytes ?? bytes))) / millis : 0;
    this.#say('#speed', `${byteText(speed)}/s`);
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => {
      samples.length = 0;
      this.#say('#speed', `${byteText(0)}/s`);
    }, SPEED_MILLIS);
  }

  #say(selector: string, words: string): void {
    const element = this.#section.querySelector(selector);
    if (element !== null) element.textContent = words;
  }
}
