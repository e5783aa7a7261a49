import { expect, it } from 'vitest';
import { connect } from './connect.ts';
import type { ConnectOptions, ReachOptions, ReconnectPolicy } from './connect-options.ts';
import { info, list, listWithInfo } from './list.ts';

/** Nobody listens there: what connects fails otherwise than these tests expect. */
const NOWHERE = 'nbd+unix:///?socket=/nowhere/at/all';

it.each<[what: string, ask: (options: ReachOptions) => Promise<unknown>, last: string]>([
  ['connect', (options) => connect(NOWHERE, options), 'bytesMax, reconnect'],
  ['info', (options) => info(NOWHERE, options), 'framing, exportName'],
  ['list', (options) => list(NOWHERE, options), 'signal, framing'],
  ['listWithInfo', (options) => listWithInfo(NOWHERE, options), 'signal, framing'],
])(
  'an option that there is not is refused by %s, and told which there are',
  async (_, ask, last) => {
    const misspelt: object = { tsl: 'require' };
    await expect(ask(misspelt)).rejects.toThrow(TypeError);
    await expect(ask(misspelt)).rejects.toThrow(
      /^there is no option "tsl", expected one of tls, credentials, /,
    );
    await expect(ask(misspelt)).rejects.toThrow(new RegExp(`, ${last}$`));
    const credentials: object = { verifypeer: true };
    await expect(ask({ credentials })).rejects.toThrow(
      'credentials: there is no option "verifypeer", expected one of certificates, ca, ',
    );
  },
);

it('a key of the policy that there is not is refused, and what is there is not', async () => {
  const reconnect = { attempts: 1, attempt: 2 } as ReconnectPolicy;
  await expect(connect(NOWHERE, { reconnect })).rejects.toThrow(
    'reconnect: there is no option "attempt", expected one of attempts, delay, ',
  );
  const good: ConnectOptions = { tls: 'off', exportName: 'a', reconnect: { attempts: 1 } };
  await expect(connect(NOWHERE, good)).rejects.toMatchObject({ code: 'ENOENT' });
});
