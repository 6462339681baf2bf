/** Order of day and month in dates such as `03/04/2024`. */
export type DateOrder = 'dmy' | 'mdy';

const months = new Map(
  `jan:1 januar:1 january:1 janvier:1 enero:1 ene:1 gennaio:1 janeiro:1 feb:2 februar:2 february:2 février:2 fevrier:2 febrero:2 febbraio:2 fevereiro:2 fev:2
  mar:3 mär:3 märz:3 march:3 mars:3 marzo:3 março:3 apr:4 april:4 avril:4 abril:4 aprile:4 abr:4 avr:4 may:5 mai:5 mayo:5 maggio:5 maio:5 jun:6 juni:6 june:6 juin:6 junio:6 giugno:6 junho:6
  jul:7 juli:7 july:7 juillet:7 julio:7 luglio:7 julho:7 aug:8 august:8 août:8 aout:8 agosto:8 ago:8 sep:9 sept:9 september:9 septembre:9 septiembre:9 settembre:9 setembro:9
  oct:10 okt:10 october:10 oktober:10 octobre:10 octubre:10 ottobre:10 outubro:10 out:10 nov:11 november:11 novembre:11 noviembre:11 novembro:11 dec:12 dez:12 december:12 dezember:12 décembre:12 decembre:12 diciembre:12 dicembre:12 dezembro:12 dic:12`
    .split(/\s+/)
    .map((pair) => pair.split(':'))
    .map(([name = '', number]): [string, number] => [name, Number(number)]),
);

const zones: Readonly<Record<string, string>> = {
  z: 'Z',
  utc: 'Z',
  gmt: 'Z',
  est: '-05:00',
  edt: '-04:00',
  cst: '-06:00',
  cdt: '-05:00',
  mst: '-07:00',
  mdt: '-06:00',
  pst: '-08:00',
  pdt: '-07:00',
  cet: '+01:00',
  cest: '+02:00',
  eet: '+02:00',
  bst: '+01:00',
  ist: '+05:30',
};

interface Day {
  year: number;
  month: number;
  day: number;
}

const fullYear = (text: string): number => (text.length === 2 ? 2000 + Number(text) : Number(text));
const pad = (value: number | string, width = 2): string => String(value).padStart(width, '0');

function isReal({ year, month, day }: Day): boolean {
  const date = new Date(Date.UTC(year, month - 1, day));
  return year >= 1900 && year < 2200 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

/** `03/04/2024` by the given order; by itself when one number is no month. With points the day comes first. */
function readNumbers(text: string, order: DateOrder | undefined): Day | undefined {
  const [, first, sign, second, yearText] = /^(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d{2})$/.exec(text) ?? [];
  if (!yearText) return undefined;
  const [a, b, year] = [Number(first), Number(second), fullYear(yearText)];
  const rule = sign === '.' || a > 12 ? 'dmy' : b > 12 ? 'mdy' : a === b ? 'dmy' : order;
  if (!rule) return undefined;
  return rule === 'dmy' ? { year, month: b, day: a } : { year, month: a, day: b };
}

function readWords(text: string): Day | undefined {
  const dayFirst = /^(\d{1,2})(?:st|nd|rd|th|\.)?[\s-]+(?:de )?(\p{L}+)\.?,?[\s-]+(?:de )?(\d{4}|\d{2})$/iu.exec(text);
  const monthFirst = /^(\p{L}+)\.?[\s-]+(\d{1,2})(?:st|nd|rd|th)?,?[\s-]+(\d{4})$/iu.exec(text);
  const [name, day, year] = dayFirst
    ? [dayFirst[2], dayFirst[1], dayFirst[3]]
    : [monthFirst?.[1], monthFirst?.[2], monthFirst?.[3]];
  const month = months.get(name?.toLowerCase() ?? '');
  return month && year ? { year: fullYear(year), month, day: Number(day) } : undefined;
}

function readDay(text: string, order: DateOrder | undefined): Day | undefined {
  const iso = /^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})$/.exec(text) ?? /^(\d{4})(\d\d)(\d\d)$/.exec(text);
  const day = iso
    ? { year: Number(iso[1]), month: Number(iso[2]), day: Number(iso[3]) }
    : (readNumbers(text, order) ?? readWords(text));
  return day && isReal(day) ? day : undefined;
}

function readZone(text: string | undefined, otherwise: string): string | undefined {
  const plain = text?.trim().replace(/^\(|\)$/g, '') ?? '';
  if (plain === '') return otherwise;
  const named = zones[plain.toLowerCase()];
  if (named) return named;
  const offset = /^(?:utc|gmt)?([+-])(\d{1,2})(?::?(\d{1,2}))?$/i.exec(plain);
  if (!offset || Number(offset[2]) > 14 || Number(offset[3] ?? 0) > 59) return undefined;
  return `${offset[1] ?? '+'}${pad(offset[2] ?? '')}:${pad(offset[3] ?? '0')}`;
}

/** `14:30`, `2:30 PM`, `14:30:20.000-08:00`, `09.15 Uhr`. */
function readTime(text: string, otherwise: string): string | undefined {
  const shape =
    /^(\d{1,2})[:.h](\d\d)(?:[:.](\d\d)(?:[.,](\d{1,9}))?)?\s*([ap]\.?m\.?)?\s*(?:uhr)?\s*([a-z]{1,5}|(?:utc|gmt)?[+-]\d{1,2}(?::?\d{1,2})?|\([a-z]+\))?(?:\s*\([^)]*\))?$/i;
  const found = shape.exec(text);
  if (!found) return undefined;
  const [, hourText, minute = '00', second = '00', fraction, half, zoneText] = found;
  const hour = half ? (Number(hourText) % 12) + (/^p/i.test(half) ? 12 : 0) : Number(hourText);
  const zone = readZone(zoneText, otherwise);
  if (hour > 23 || Number(minute) > 59 || Number(second) > 59 || !zone) return undefined;
  return `${pad(hour)}:${minute}:${second}${fraction ? `.${fraction.slice(0, 3).padEnd(3, '0')}` : ''}${zone}`;
}

function readEpoch(text: string): string | undefined {
  if (!/^1\d{9}(?:\d{3})?$/.test(text)) return undefined;
  const at = Number(text) * (text.length === 10 ? 1000 : 1);
  return new Date(at).toISOString();
}

/**
 * Reads a date or time as programs and people write it into ISO 8601 with its own offset; `zone` (`Z`, `+01:00`) is taken
 * where none is written. Undefined when the text is no date, or day and month can't be told apart without `order`.
 */
export function readDateTime(text: string, order?: DateOrder, zone = 'Z'): string | undefined {
  const plain = text
    .normalize('NFKC')
    .trim()
    .replace(/^\p{L}{2,10}\.?,\s*/u, '')
    .replace(/\s+/g, ' ');
  if (plain.length > 60) return undefined;
  const epoch = readEpoch(plain);
  if (epoch) return epoch;
  const parts = /^(.*?\d)(?:T|,? (?:at )?)(\d{1,2}[:.h]\d\d.*)$/i.exec(plain);
  const day = readDay(parts?.[1] ?? plain, order);
  const time = parts ? readTime(parts[2] ?? '', zone) : `00:00:00${zone}`;
  return day && time ? `${pad(day.year, 4)}-${pad(day.month)}-${pad(day.day)}T${time}` : undefined;
}

/** How a column writes its dates, when its values tell. */
export function dateOrderOf(values: readonly string[]): DateOrder | undefined {
  const pairs = values.flatMap((value) => {
    const found = /^(\d{1,2})[/-](\d{1,2})[/-]\d{2,4}/.exec(value.trim());
    return found ? [[Number(found[1]), Number(found[2])] as const] : [];
  });
  const dayFirst = pairs.some(([a, b]) => a > 12 && b <= 12);
  const monthFirst = pairs.some(([a, b]) => b > 12 && a <= 12);
  if (dayFirst !== monthFirst) return dayFirst ? 'dmy' : 'mdy';
  if (dayFirst) return undefined;
  return values.some((value) => /\d\s*[ap]\.?m\.?$/i.test(value.trim())) ? 'mdy' : undefined;
}
