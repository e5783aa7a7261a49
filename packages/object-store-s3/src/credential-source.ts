/**
 * Whose name requests are made in: given, or found by the standard chain.
 */
import { StoreError } from '@nbd/driver-object-store';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Of credentials that were lent for a while. */
  readonly sessionToken?: string;
  /** Until when they hold. */
  readonly expiration?: Date;
}

/** A chain as the SDK has it: it keeps what it found until shortly before that expires, or is told not to. */
type Chain = (options?: { readonly forceRefresh?: boolean }) => Promise<Credentials>;

export class CredentialSource {
  #chain: Chain | undefined;
  #isStale = false;

  /** Undefined: the standard chain, which is loaded when it is needed. */
  constructor(credentials: Credentials | (() => Promise<Credentials>) | undefined) {
    if (typeof credentials === 'object') this.#chain = () => Promise.resolve(credentials);
    else this.#chain = credentials;
  }

  /** Credentials that hold now. Rejects with a `StoreError` "denied" if there are none. */
  async find(): Promise<Credentials> {
    const forceRefresh = this.#isStale;
    this.#isStale = false;
    try {
      this.#chain ??= await standardChain();
      return await this.#chain({ forceRefresh });
    } catch (error) {
      // Without the cause: what a program for credentials printed may hold them.
      throw new StoreError('denied', `no credentials for the store: ${reasonOf(error)}`);
    }
  }

  /** The store said that they have expired: the next ones are new ones. */
  expire(): void {
    this.#isStale = true;
  }
}

async function standardChain(): Promise<Chain> {
  const { defaultProvider } = await import('@aws-sdk/credential-provider-node');
  return defaultProvider();
}

/** The chain's own words if they are its own, and not those of a program that it ran. */
function reasonOf(error: unknown): string {
  const isOwn = error instanceof Error && error.name === 'CredentialsProviderError';
  const [line = ''] = isOwn ? error.message.split('\n', 1) : [];
  return line === '' || line.includes('Command failed') ? 'the source of them has failed' : line;
}
