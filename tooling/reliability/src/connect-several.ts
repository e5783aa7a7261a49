/** Clients with one connection each. */
import { type Client, connect } from '@nbd/client';

/**
 * Connects so many clients, one after the other: of connections that arrive at one moment, one thread of a server is likely
 * to take all.
 */
export async function connectSeveral(uri: string, count: number): Promise<readonly Client[]> {
  const clients: Client[] = [];
  while (clients.length < count) clients.push(await connect(uri));
  return clients;
}

export async function closeAll(clients: readonly Client[]): Promise<void> {
  await Promise.all(clients.map((client) => client.close()));
}
