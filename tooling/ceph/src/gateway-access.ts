/** What a client of the gateways needs. */
export interface GatewayAccess {
  readonly endpoints: readonly string[];
  readonly region: string;
  readonly bucket: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
}
