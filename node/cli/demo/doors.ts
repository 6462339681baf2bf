import type { Lead } from '../../../protocol/index.ts';
import type { Customer } from './customers.ts';

/** What the customer would look like to each of a node's doors: bytes as foreign software really sends them. */

const facebookColumns: readonly [string, (customer: Customer, index: number) => string][] = [
  ['id', (_, index) => `l:${String(900_100_200_300_000 + index)}`],
  [
    'created_time',
    (_, index) => new Date(Date.UTC(2026, 8, 1) + index * 613_000).toISOString().replace('.000Z', '+00:00'),
  ],
  ['ad_id', () => 'ag:23851190412340123'],
  ['ad_name', (customer) => `${customer.product} carousel`],
  ['campaign_id', () => 'c:23851190412000456'],
  ['campaign_name', (customer) => customer.campaign],
  ['form_id', () => 'f:1187720012345678'],
  ['form_name', () => 'Ask for a quote'],
  ['is_organic', () => 'false'],
  ['platform', (_, index) => (index % 3 === 0 ? 'ig' : 'fb')],
  ['how_many_do_you_need?', (customer) => String(customer.quantity)],
  ['when_do_you_want_to_buy?', (customer) => customer.timeframe.replaceAll(' ', '_')],
  ['full_name', (customer) => `${customer.givenName} ${customer.familyName}`],
  ['email', (customer) => customer.email],
  ['phone_number', (customer) => `p:${customer.phone.replaceAll(' ', '')}`],
  ['company_name', (customer) => customer.company],
  ['job_title', (customer) => customer.jobTitle],
  ['street_address', (customer) => customer.street],
  ['city', (customer) => customer.city],
  ['state', (customer) => customer.region],
  ['zip_code', (customer) => `z:${customer.postalCode}`],
  ['country', (customer) => customer.country],
  ['lead_status', () => 'CREATED'],
];

/** An advertiser's export of lead ads: called CSV, in truth tabs in UTF-16 with a byte order mark. */
export function leadAdsList(people: readonly Customer[]): Buffer {
  const rows = people.map((person, index) => facebookColumns.map(([, value]) => value(person, index)).join('\t'));
  const text = [facebookColumns.map(([name]) => name).join('\t'), ...rows].join('\r\n');
  return Buffer.from(`\ufeff${text}\r\n`, 'utf16le');
}

const xmlText = (text: string) => text.replace(/[&<>]/g, (found) => ({ '&': '&amp;', '<': '&lt;' })[found] ?? '&gt;');

function adf(person: Customer, sequence: number): string {
  const text = {
    first: xmlText(person.givenName),
    last: xmlText(person.familyName),
    model: xmlText(person.product),
    comments: xmlText(person.comments),
  };
  return `<?ADF VERSION="1.0"?>
<?xml version="1.0" encoding="UTF-8"?>
<adf>
  <prospect>
    <id sequence="1" source="Gearfinder">GF-${String(70_000 + sequence)}</id>
    <requestdate>2026-09-0${String(1 + (sequence % 9))}T1${String(sequence % 10)}:12:44+02:00</requestdate>
    <vehicle interest="buy" status="new"><year>2026</year><make>Atlas</make><model>${text.model}</model></vehicle>
    <customer>
      <contact primarycontact="1">
        <name part="first">${text.first}</name><name part="last">${text.last}</name>
        <email>${person.email}</email><phone type="voice" time="day">${person.phone}</phone>
        <address type="work"><street line="1">${xmlText(person.street)}</street><city>${xmlText(person.city)}</city>
          <regioncode>${xmlText(person.region)}</regioncode><postalcode>${person.postalCode}</postalcode><country>${person.country}</country></address>
      </contact>
      <timeframe><description>${person.timeframe}</description></timeframe>
      <comments>${text.comments}</comments>
    </customer>
    <vendor><vendorname>Atlas Devices</vendorname></vendor>
    <provider><name part="full">Gearfinder</name><service>Buyer's guide</service><email>leads@gearfinder.example</email></provider>
  </prospect>
</adf>
`;
}

/** A buyer's guide mails ADF as the whole plain body. */
export function adfMail(person: Customer, sequence: number): Buffer {
  return Buffer.from(
    [
      'From: Gearfinder Leads <leads@gearfinder.example>',
      'To: leads@vendor.example',
      'Subject: New lead for Atlas Devices',
      `Message-ID: <gf-${String(70_000 + sequence)}@gearfinder.example>`,
      'MIME-Version: 1.0',
      'Content-Type: text/plain; charset=utf-8',
      'Content-Transfer-Encoding: 8bit',
      '',
      adf(person, sequence),
    ].join('\r\n'),
  );
}

/** The plain mail that a web site's contact form sends. */
export function contactMail(person: Customer, sequence: number): Buffer {
  return Buffer.from(
    [
      'From: Atlas web site <no-reply@atlas-devices.example>',
      `Reply-To: ${person.email}`,
      'To: leads@vendor.example',
      'Subject: Contact form: request for a quote',
      `Message-ID: <form-${String(sequence)}@atlas-devices.example>`,
      'MIME-Version: 1.0',
      'Content-Type: text/plain; charset=utf-8',
      'Content-Transfer-Encoding: 8bit',
      '',
      `First name: ${person.givenName}`,
      `Last name: ${person.familyName}`,
      `Company: ${person.company}`,
      `E-mail: ${person.email}`,
      `Phone: ${person.phone}`,
      `City: ${person.city}`,
      `Country: ${person.country}`,
      `Product: ${person.product}`,
      `Message: ${person.comments}`,
      '',
    ].join('\r\n'),
  );
}

/** The lead document as a partner's own software posts it to the HTTP API. */
export function apiLead(person: Customer): Lead {
  return {
    contact: {
      givenName: person.givenName,
      familyName: person.familyName,
      jobTitle: person.jobTitle,
      emails: [{ kind: 'work', value: person.email }],
      phones: [{ kind: 'work', value: person.phone }],
      address: {
        streets: [person.street],
        city: person.city,
        region: person.region,
        postalCode: person.postalCode,
        country: person.country,
      },
    },
    account: { name: person.company, industry: person.industry, employees: person.employees },
    interest: {
      products: [{ name: person.product, quantity: String(person.quantity) }],
      opportunitySize: { amount: person.budget, currency: 'EUR' },
      timeframe: person.timeframe,
      comments: person.comments,
    },
    source: { kind: 'api', name: 'Web shop', campaign: person.campaign },
  };
}

/** The fields of the hosted form as a browser posts them. */
export function formAnswers(person: Customer): Record<string, string> {
  return {
    first_name: person.givenName,
    last_name: person.familyName,
    email: person.email,
    phone: person.phone,
    company: person.company,
    city: person.city,
    country: person.country,
    message: person.comments,
  };
}
