/**
 * Where the store is, as the programs of Amazon are told: by the environment, or by a profile in the shared files.
 */
import { CONFIG_PREFIX_SEPARATOR, loadConfig } from '@smithy/core/config';

export interface StandardS3Settings {
  readonly region: string;
  /** Absent: Amazon's own. */
  readonly endpoints?: readonly string[];
}

/** What stores of one's own are signed for, which mostly take any. */
const USUAL_REGION = 'us-east-1';

/**
 * Reads AWS_REGION, AWS_ENDPOINT_URL_S3 and AWS_ENDPOINT_URL, or what the profile AWS_PROFILE says in their place. An
 * endpoint may be several, separated by commas. Rejects with a `TypeError` if there is neither endpoint nor region.
 */
export async function standardS3Settings(): Promise<StandardS3Settings> {
  const url = await loadConfig({
    environmentVariableSelector: (env) => env['AWS_ENDPOINT_URL_S3'] || env['AWS_ENDPOINT_URL'],
    configFileSelector: profileEndpoint,
    default: '',
  })();
  const region = await loadConfig({
    environmentVariableSelector: (env) => env['AWS_REGION'] || env['AWS_DEFAULT_REGION'],
    configFileSelector: (profile) => profile['region'],
    default: '',
  })();
  if (region === '' && url === '') {
    throw new TypeError('expected a region in AWS_REGION, or an endpoint in AWS_ENDPOINT_URL_S3');
  }
  return {
    region: region || USUAL_REGION,
    ...(url !== '' && { endpoints: url.split(',').map((each) => each.trim()) }),
  };
}

type Section = Readonly<Record<string, string | undefined>>;

/** That of S3 in the section of services which the profile names, else that of the profile. */
function profileEndpoint(
  profile: Section,
  file?: Readonly<Record<string, Section>>,
): string | undefined {
  const services = file?.[['services', profile['services']].join(CONFIG_PREFIX_SEPARATOR)];
  return (
    services?.[['s3', 'endpoint_url'].join(CONFIG_PREFIX_SEPARATOR)] ?? profile['endpoint_url']
  );
}
