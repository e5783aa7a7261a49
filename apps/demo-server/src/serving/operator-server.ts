/**
 * What `--metrics` starts. Loaded where it is asked for only: it takes a library, and a server.
 */
import { whyNoPort } from '@nbd/server';
import { LIVE_PAGE } from '../live-page.ts';
import { type MetricsAddress, urlOf } from '../metrics/metrics-address.ts';
import { MetricsServer } from '../metrics/metrics-server.ts';
import { operatorPages, type Watched } from '../metrics/operator-pages.ts';
import { PrometheusText } from '../metrics/prometheus-text.ts';
import { ProgramError } from '../program-error.ts';

/** @throws ProgramError "cannot-start" */
export async function openOperatorServer(
  address: MetricsAddress,
  watched: Omit<Watched, 'prometheus'>,
): Promise<MetricsServer> {
  const pages = operatorPages({ ...watched, prometheus: new PrometheusText() });
  try {
    return await MetricsServer.open(address, new Map([...pages, ...LIVE_PAGE]));
  } catch (error) {
    const reason = whyNoPort(error as NodeJS.ErrnoException);
    const message = `--metrics: cannot listen on ${urlOf(address)}: ${reason}`;
    throw new ProgramError('cannot-start', message, { cause: error });
  }
}
