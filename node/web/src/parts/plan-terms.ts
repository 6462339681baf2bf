import type { AgreementTerms, FieldTerm } from '../partner-shapes.ts';
import type { LeadField } from '../shapes.ts';

/** What the form to propose an agreement holds: text, as people type it. */
export interface TermsDraft {
  offers: AgreementTerms['offers'];
  purposes: string;
  /** Whether an offer shows what cannot reach a person; else it shows nothing. */
  showsImpersonal: boolean;
  deleteShownHours: string;
  retentionDays: string;
  returnWindowDays: string;
  releasesPerDay: string;
  openLeads: string;
  returnPercent: string;
  onward: AgreementTerms['onward']['to'];
  partners: string;
  amount: AgreementTerms['feedback']['amount'];
}

/** Sensible for a start: nothing personal before acceptance, a year after the end, nobody else. */
export const firstDraft: TermsDraft = {
  offers: 'proposer',
  purposes: 'Sales',
  showsImpersonal: true,
  deleteShownHours: '24',
  retentionDays: '365',
  returnWindowDays: '14',
  releasesPerDay: '',
  openLeads: '',
  returnPercent: '20',
  onward: 'none',
  partners: '',
  amount: 'exact',
};

const linesOf = (text: string) =>
  text
    .split(/[\n,]/)
    .map((line) => line.trim())
    .filter(Boolean);
const countOf = (text: string) => (text.trim() === '' ? undefined : Number(text));

/** The terms a draft stands for; `now` in epoch milliseconds. */
export function planTerms(draft: TermsDraft, fields: readonly LeadField[], now: number): AgreementTerms {
  const [releasesPerDay, openLeads, returnPercent] = [draft.releasesPerDay, draft.openLeads, draft.returnPercent].map(
    countOf,
  );
  const returnWindowDays = countOf(draft.returnWindowDays);
  const shown = draft.showsImpersonal ? fields.filter(({ personal }) => !personal) : [];
  const partners = linesOf(draft.partners);
  return {
    validFrom: new Date(now).toISOString(),
    offers: draft.offers,
    purposes: linesOf(draft.purposes),
    fieldTerms: shown.map(({ path }): FieldTerm => ({ field: path, inOffer: 'shown', inRelease: 'shown' })),
    deleteShownHours: Number(draft.deleteShownHours),
    retentionDays: Number(draft.retentionDays),
    ...(returnWindowDays !== undefined && { returnWindowDays }),
    feedback: { assignedTo: false, amount: draft.amount, reason: true, note: false, update: false },
    caps: {
      ...(releasesPerDay !== undefined && { releasesPerDay }),
      ...(openLeads !== undefined && { openLeads }),
      ...(returnPercent !== undefined && { returnPercent }),
    },
    onward: { to: draft.onward, ...(draft.onward === 'listed' && { partners }) },
  };
}
