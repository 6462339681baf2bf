/** A name to compare by: lower case, without accents, blanks and signs, so that `E-Mail Adresse:` is `emailadresse`. */
export function foldName(text: string): string {
  const folded = text.normalize('NFKD').toLowerCase().replaceAll('ß', 'ss');
  return folded.replace(/[^\p{L}\p{N}]/gu, '').normalize('NFC');
}
