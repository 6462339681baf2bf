import { STATUS_CODES } from 'node:http';
import { CodedError } from './errors.ts';

/** An error as the client gets it: RFC 9457 with our stable code. */
interface Problem {
  readonly type: 'about:blank';
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly requestId: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/** Describes any error as a problem. What is not a CodedError answers `internal` and tells nothing of itself. */
export function toProblem(error: unknown, requestId: string): Problem {
  const coded = toCoded(error);
  return {
    type: 'about:blank',
    title: STATUS_CODES[coded.status] ?? 'Error',
    status: coded.status,
    code: coded.code,
    detail: coded.message,
    requestId,
    details: coded.details,
  };
}

/** Headers a problem carries besides its body: what the client may do instead, and when. */
export function problemHeaders(problem: Problem): Record<string, string> {
  const { retryAfterSeconds, allow } = problem.details;
  return {
    'content-type': 'application/problem+json; charset=utf-8',
    'cache-control': 'no-store',
    ...(typeof retryAfterSeconds === 'number' && { 'retry-after': String(retryAfterSeconds) }),
    ...(typeof allow === 'string' && { allow }),
    ...(problem.status === 401 && { 'www-authenticate': 'Bearer' }),
  };
}

function toCoded(error: unknown): CodedError {
  if (isCoded(error)) return error;
  if (error instanceof URIError) return new CodedError('malformed-url', 400, 'The address is not well-formed.');
  return new CodedError('internal', 500, 'Something went wrong here. Tell the operator the request id.');
}

const isCoded = (error: unknown): error is CodedError =>
  error instanceof CodedError && error.status >= 400 && error.status <= 599;
