import { leadFields, type AgreementTerms, type FieldTerm } from '../../../protocol/index.ts';
import { CodedError } from '../../kernel/errors.ts';

const invalid = (path: string, why: string) => new CodedError('terms-invalid', 422, why, { path });

/**
 * What the schema cannot say of terms that we propose: times in order, every field named once and known, a rule for passing
 * on that says to whom. Error `terms-invalid`, whose path says where. `now` in epoch milliseconds.
 */
export function checkTerms(terms: AgreementTerms, now: number): AgreementTerms {
  const { validFrom, validUntil, fieldTerms = [], onward, caps } = terms;
  if (validUntil !== undefined && Date.parse(validUntil) <= Math.max(now, Date.parse(validFrom)))
    throw invalid('terms.validUntil', 'An agreement ends after it begins, and not in the past.');
  checkFieldTerms(fieldTerms);
  const named = (onward.partners ?? []).length > 0;
  if ((onward.to === 'listed') !== named)
    throw invalid(
      'terms.onward.partners',
      'Partners are named when leads may be passed on to listed ones, and only then.',
    );
  if ((caps?.returnPercent ?? 0) > 100) throw invalid('terms.caps.returnPercent', 'A percentage is 100 at most.');
  return terms;
}

function checkFieldTerms(fieldTerms: readonly FieldTerm[]): void {
  const seen = new Set<string>();
  for (const [index, { field, inOffer, inRelease }] of fieldTerms.entries()) {
    const path = `terms.fieldTerms[${index}]`;
    if (!isKnown(field)) throw invalid(`${path}.field`, 'No field of a lead has this path.');
    if (seen.has(field)) throw invalid(`${path}.field`, 'This field has a term already.');
    if (inRelease !== 'shown' && inRelease !== 'never')
      throw invalid(`${path}.inRelease`, 'In a release a field is shown, or never.');
    if (inRelease === 'never' && (inOffer === 'shown' || inOffer === 'masked'))
      throw invalid(`${path}.inOffer`, 'What a release never shows, an offer does not show either.');
    seen.add(field);
  }
}

const known = new Set(leadFields.map(({ path }) => path));
const isKnown = (path: string) => known.has(path) || path.startsWith('fields.');
