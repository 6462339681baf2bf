/** Every setting of a node. Times in milliseconds. */
export interface Config {
  /** This node's id on the wire: lower-case host-name grammar, for example `vendor.example`. */
  readonly nodeId: string;
  readonly name: string;
  readonly dataFolder: string;
  readonly host: string;
  readonly port: number;
  /** Where people and partners reach this node, without a trailing slash. */
  readonly publicUrl: string;
  /** PostgreSQL; SQLite in the data folder when absent. */
  readonly databaseUrl?: string;
  readonly tls?: { readonly certificateFile: string; readonly keyFile: string };
  /** Address or CIDR range of the proxy that ends TLS before this node. */
  readonly trustedProxy?: string;
  readonly smtpUrl?: string;
  /** Shows the mailbox page with every mail this node sent. */
  readonly demo: boolean;
}
