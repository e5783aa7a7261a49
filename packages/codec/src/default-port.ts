/** The TCP port that IANA assigned to NBD. Spec: "TCP port" of an NBD URI. */
export const DEFAULT_PORT = 10809;
