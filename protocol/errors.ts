/** Who proved to have sent a document that was refused all the same, and which one: enough to answer with a signed Problem. */
export interface ProvenSender {
  readonly from: string;
  readonly kid: string;
  /** Undefined when the header does not hold a readable one. */
  readonly messageId: string | undefined;
  /** Of the signed content, as in Receipt and Problem. */
  readonly digest: string;
}

interface Circumstances {
  /** Where in the document, for example "contact.emails[0].value"; names of fields only, never a value. */
  path?: string;
  /** True when the sender is not proven: it gets the constant answer 401, the code stays in the local log. */
  unauthenticated?: boolean;
  sender?: ProvenSender;
}

/** What is wrong with a document: `code` is kebab-case and stable, `detail` one English sentence without any value of the document. */
export class ProtocolError extends Error {
  readonly code: string;
  readonly detail: string;
  readonly path: string | undefined;
  readonly unauthenticated: boolean;
  /** Set when the signature was good and the body was not. */
  readonly sender: ProvenSender | undefined;

  constructor(code: string, detail: string, { path, unauthenticated = false, sender }: Circumstances = {}) {
    super(path === undefined || path === '' ? `${code}: ${detail}` : `${code} at ${path}: ${detail}`);
    this.name = 'ProtocolError';
    this.code = code;
    this.detail = detail;
    this.path = path;
    this.unauthenticated = unauthenticated;
    this.sender = sender;
  }
}
