/** One invented person at an invented company: what the demo's leads are made of. Addresses use reserved `.example` domains. */
export interface Customer {
  givenName: string;
  familyName: string;
  jobTitle: string;
  company: string;
  email: string;
  phone: string;
  street: string;
  city: string;
  region: string;
  postalCode: string;
  country: string;
  industry: string;
  employees: string;
  product: string;
  quantity: number;
  budget: string;
  timeframe: string;
  comments: string;
  campaign: string;
}

/** A small seeded generator (mulberry32), so that the demo tells the same story each time it starts anew. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const given =
  'Ada,Marta,Jonas,Priya,Liam,Noor,Sofia,Mateo,Ingrid,Kwame,Yuki,Élodie,Tomasz,Aisha,Luca,Freya,Omar,Hannah,Diego,Mei,Søren,Zoë,Ravi,Grace,Niamh'.split(
    ',',
  );
const family =
  'Lindqvist,Okafor,Brandt,Sharma,Kowalski,O’Neill,Fernández,Rossi,Nguyen,Haddad,Müller,Dubois,Jensen,Petrov,Tanaka,Silva,Novak,Hughes,van Dijk,Moreau,Castillo,Bauer,Eriksen,Walsh,Chen'.split(
    ',',
  );
const stems =
  'Northwind,Halden,Brightwater,Kestrel,Falkon,Meridian,Oakline,Silverbirch,Tern,Aurora,Granite,Harbour,Juniper,Lumen,Copperfield,Westmark,Polder,Saltaire,Vega,Bluestone'.split(
    ',',
  );
const kinds = 'Logistics,Foods,Engineering,Clinics,Retail,Textiles,Packaging,Energy,Instruments,Interiors'.split(',');
const titles =
  'Head of Operations,IT Manager,Purchasing Manager,Managing Director,Plant Manager,Office Manager,CFO,Warehouse Lead'.split(
    ',',
  );
const products =
  'Atlas 200 scanner,Atlas 450 scanner,Mesh gateway G4,Fleet tracker F2,Label printer P8,Cold-chain sensor C1'.split(
    ',',
  );
const timeframes = 'this month,within 3 months,this quarter,next quarter,within a year'.split(',');
const campaigns =
  'Autumn warehouse fair,Webinar cold chain,Search: asset tracking,Newsletter 41,Partner day,Spring relaunch'.split(
    ',',
  );
const remarks = [
  'We move into a second warehouse and need scanners for two shifts.',
  'Please call after 2 pm, I am on the floor in the morning.',
  'Our current devices are end of life. What would a trade-in look like?',
  'We compare three vendors and decide at the end of the month.',
  'Can the sensors log below -40 °C? We ship vaccines.',
  'Budget is approved, looking for a local partner who can install.',
];

interface Place {
  city: string;
  region: string;
  postalCode: string;
  country: string;
  street: string;
  phone: (random: () => number) => string;
}
const digits = (random: () => number, count: number) =>
  Array.from({ length: count }, () => Math.floor(random() * 10)).join('');
const places: readonly Place[] = [
  {
    city: 'Hamburg',
    region: 'Hamburg',
    postalCode: '20457',
    country: 'DE',
    street: 'Am Sandtorkai',
    phone: (r) => `+49 40 3${digits(r, 6)}`,
  },
  {
    city: 'München',
    region: 'Bayern',
    postalCode: '80331',
    country: 'DE',
    street: 'Sendlinger Straße',
    phone: (r) => `+49 89 5${digits(r, 6)}`,
  },
  {
    city: 'Wien',
    region: 'Wien',
    postalCode: '1010',
    country: 'AT',
    street: 'Rotenturmstraße',
    phone: (r) => `+43 1 5${digits(r, 6)}`,
  },
  {
    city: 'Zürich',
    region: 'ZH',
    postalCode: '8001',
    country: 'CH',
    street: 'Bahnhofstrasse',
    phone: (r) => `+41 44 2${digits(r, 6)}`,
  },
  {
    city: 'Lyon',
    region: 'Auvergne-Rhône-Alpes',
    postalCode: '69002',
    country: 'FR',
    street: 'Rue de la République',
    phone: (r) => `+33 4 72 ${digits(r, 2)} ${digits(r, 2)} ${digits(r, 2)}`,
  },
  {
    city: 'Rotterdam',
    region: 'Zuid-Holland',
    postalCode: '3011 AA',
    country: 'NL',
    street: 'Coolsingel',
    phone: (r) => `+31 10 2${digits(r, 6)}`,
  },
  {
    city: 'Manchester',
    region: 'England',
    postalCode: 'M1 1AE',
    country: 'GB',
    street: 'Piccadilly',
    phone: (r) => `+44 161 496 0${digits(r, 3)}`,
  },
  {
    city: 'Austin',
    region: 'TX',
    postalCode: '78701',
    country: 'US',
    street: 'Congress Avenue',
    phone: (r) => `+1 512 555 01${digits(r, 2)}`,
  },
  {
    city: 'Newark',
    region: 'NJ',
    postalCode: '07102',
    country: 'US',
    street: 'Broad Street',
    phone: (r) => `+1 201 555 01${digits(r, 2)}`,
  },
];

const plain = (text: string) =>
  text
    .normalize('NFD')
    .replace(/[^a-zA-Z]/g, '')
    .toLowerCase();

function makeCustomer(random: () => number): Customer {
  const pick = <T>(choices: readonly T[]): T => choices[Math.floor(random() * choices.length)] as T;
  const [givenName, familyName, stem, kind, place] = [
    pick(given),
    pick(family),
    pick(stems),
    pick(kinds),
    pick(places),
  ];
  return {
    givenName,
    familyName,
    jobTitle: pick(titles),
    company: `${stem} ${kind}`,
    email: `${plain(givenName)}.${plain(familyName)}@${plain(stem)}-${plain(kind)}.example`,
    phone: place.phone(random),
    street: `${place.street} ${String(1 + Math.floor(random() * 140))}`,
    city: place.city,
    region: place.region,
    postalCode: place.postalCode,
    country: place.country,
    industry: kind,
    employees: pick(['1-10', '11-50', '51-200', '201-500', '501-1000']),
    product: pick(products),
    quantity: 1 + Math.floor(random() * 60),
    budget: `${String((2 + Math.floor(random() * 90)) * 1000)}.00`,
    timeframe: pick(timeframes),
    comments: pick(remarks),
    campaign: pick(campaigns),
  };
}

/** An endless, repeatable stream of customers. */
export function* customers(seed: number): Generator<Customer, never> {
  const random = seededRandom(seed);
  for (;;) yield makeCustomer(random);
}

/** The next `count` customers of a stream. */
export function take(stream: Generator<Customer, never>, count: number): Customer[] {
  return Array.from({ length: count }, () => stream.next().value);
}
