/** A day, in milliseconds. */
export const dayMilliseconds = 24 * 3_600_000;

/** A time as the HTTP API and signed documents tell it (ISO 8601, UTC), from epoch milliseconds. */
export const when = (at: number): string => new Date(at).toISOString();

/** The same where the answer says null while there is no such time. */
export const whenever = (at: number | null | undefined): string | null => (typeof at === 'number' ? when(at) : null);

/** The same where the answer leaves out what is not known. */
export const whenKnown = (at: number | null | undefined): string | undefined => whenever(at) ?? undefined;
