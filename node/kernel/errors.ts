/** An error with a stable kebab-case code: the same on the wire, in problem+json, in the page and in tests. */
export class CodedError extends Error {
  readonly code: string;
  /** HTTP status it is answered with. */
  readonly status: number;
  /** Where in the input, for example `{ path: 'lead.contact.emails[0].value' }`; never a value of the input. */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: string, status: number, message: string, details: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.name = 'CodedError';
    this.code = code;
    this.status = status;
    this.details = details;
  }
}

export const notFound = (what: string) => new CodedError('not-found', 404, `No such ${what}.`);
export const forbidden = (why = 'You may not do this.') => new CodedError('forbidden', 403, why);
export const invalid = (message: string, details: Record<string, unknown> = {}) =>
  new CodedError('invalid', 422, message, details);
/** Another transaction changed in the meantime what this one has read: the queue runs the whole of it again. */
export const overtaken = (code: string, message: string) => new CodedError(code, 409, message, { overtaken: true });
export const isOvertaken = (error: unknown): boolean =>
  error instanceof CodedError && error.details['overtaken'] === true;
export const conflict = (code: string, message: string) => new CodedError(code, 409, message);
