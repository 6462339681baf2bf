/** "25 minutes", "3 hours", "2 days": a length of time in words. */
function describeDuration(milliseconds: number): string {
  const minutes = Math.max(1, Math.round(milliseconds / 60_000));
  if (minutes < 120) return `${minutes} minute${minutes === 1 ? '' : 's'}`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} hours` : `${Math.round(hours / 24)} days`;
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;

/** "4 May 2026, 09:30 UTC": mails and pages do not know where their reader is. */
export function describeTime(at: number): string {
  const text = new Date(at).toISOString();
  const [year = '', month = '', day = ''] = text.slice(0, 10).split('-');
  return `${Number(day)} ${months[Number(month) - 1] ?? month} ${year}, ${text.slice(11, 16)} UTC`;
}

/** When an offer can be answered, in one sentence or two. */
export function describeClosing({
  opensAt,
  closesAt,
  now,
}: {
  opensAt: number;
  closesAt: number;
  now: number;
}): string {
  const closes = `The offer closes in ${describeDuration(closesAt - now)}, on ${describeTime(closesAt)}.`;
  return opensAt > now ? `You can accept it from ${describeTime(opensAt)} on. ${closes}` : closes;
}
