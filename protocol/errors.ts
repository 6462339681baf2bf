interface Circumstances {
  /** Where in the document, for example "contact.emails[0].value"; names of fields only, never a value. */
  path?: string;
  /** True when the sender is not proven: it gets the constant answer 401, the code stays in the local log. */
  unauthenticated?: boolean;
}

/** What is wrong with a document: `code` is kebab-case and stable, `detail` one English sentence without any value of the document. */
export class ProtocolError extends Error {
  readonly code: string;
  readonly detail: string;
  readonly path: string | undefined;
  readonly unauthenticated: boolean;

  constructor(code: string, detail: string, { path, unauthenticated = false }: Circumstances = {}) {
    super(path === undefined || path === '' ? `${code}: ${detail}` : `${code} at ${path}: ${detail}`);
    this.name = 'ProtocolError';
    this.code = code;
    this.detail = detail;
    this.path = path;
    this.unauthenticated = unauthenticated;
  }
}
