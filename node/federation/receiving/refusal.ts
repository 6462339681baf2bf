import { problemStatus, type ProblemCode } from '../../../protocol/index.ts';
import { CodedError } from '../../kernel/errors.ts';

/** A message of a known sender that has no effect: answered with a signed Problem. */
export class Refusal extends CodedError {
  readonly problem: ProblemCode;
  /** Seconds, for problems that pass. */
  readonly retryAfter: number | undefined;
  /** What administrators should see in the partner's security events. */
  readonly securityEvent: string | undefined;

  constructor(problem: ProblemCode, text: string, more: { retryAfter?: number; securityEvent?: string } = {}) {
    super(problem, problemStatus[problem], text);
    this.name = 'Refusal';
    this.problem = problem;
    this.retryAfter = more.retryAfter;
    this.securityEvent = more.securityEvent;
  }
}
