/** What spreadsheets would take for a formula gets an apostrophe before it, wide characters included; it is read without it again. */
const guard = (cell: string): string => (/^[=+\-@\t\r\n＝＋－＠]/.test(cell) ? `'${cell}` : cell);

/** One row of a CSV file for spreadsheets (RFC 4180), safe against formula injection. */
export function writeCsvRow(cells: readonly string[]): string {
  return `${cells.map((cell) => `"${guard(cell).replaceAll('"', '""')}"`).join(',')}\r\n`;
}
