/** What the entry form asks, as text. */
export const noEntry = {
  givenName: '',
  familyName: '',
  email: '',
  phone: '',
  jobTitle: '',
  company: '',
  city: '',
  country: '',
  product: '',
  quantity: '',
  amount: '',
  currency: 'EUR',
  timeframe: '',
  comments: '',
  source: 'event',
};
export type Entry = typeof noEntry;

/** Leaves out what is empty, so that an empty field is a missing one. */
function filled(value: unknown): unknown {
  if (typeof value === 'string') return value.trim() || undefined;
  if (Array.isArray(value)) {
    const kept = value.map(filled).filter((one) => one !== undefined);
    return kept.length > 0 ? kept : undefined;
  }
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).flatMap(([name, one]) => {
    const rest = filled(one);
    return rest === undefined ? [] : [[name, rest] as const];
  });
  return kept.length > 0 ? Object.fromEntries(kept) : undefined;
}

/** The lead document of a filled-in form. */
export function leadOf(entry: Entry): unknown {
  const { email, phone, amount, currency, product } = entry;
  return filled({
    contact: {
      givenName: entry.givenName,
      familyName: entry.familyName,
      jobTitle: entry.jobTitle,
      emails: [{ value: email }],
      phones: [{ value: phone }],
      address: { city: entry.city, country: entry.country.toUpperCase() },
    },
    account: { name: entry.company },
    interest: {
      products: [{ name: product, quantity: product.trim() && entry.quantity }],
      ...(amount.trim() && { opportunitySize: { amount: amount.trim().replace(',', '.'), currency } }),
      timeframe: entry.timeframe,
      comments: entry.comments,
    },
    source: { kind: entry.source },
  });
}
