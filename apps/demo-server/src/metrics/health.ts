/**
 * Where the program is in its life, for whoever decides whether to send clients to it.
 *
 *   state      holds when                                   leaves on
 *   starting   disks are opened and addresses bound         both are done
 *   ready      clients are accepted, all exports are open   a signal to stop, or a failure
 *   stopping   what is in flight is answered                never
 */
export type HealthState = 'starting' | 'ready' | 'stopping';

export class Health {
  #state: HealthState = 'starting';

  get state(): HealthState {
    return this.#state;
  }

  get isReady(): boolean {
    return this.#state === 'ready';
  }

  ready(): void {
    if (this.#state === 'starting') this.#state = 'ready';
  }

  stopping(): void {
    this.#state = 'stopping';
  }
}
