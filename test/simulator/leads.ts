import type { Lead } from '../../protocol/index.ts';

/** The word that every value of a lead holds that the default policy withholds; no two leads have the same. */
const canaryOf = (number: number) => `Canary${String(number).padStart(3, '0')}x`;

/** A person who cannot be mistaken for another. */
export function makeLead(number: number): Lead {
  const canary = canaryOf(number);
  return {
    contact: {
      givenName: `Ada ${canary}`,
      familyName: `Lovelace ${canary}`,
      emails: [{ kind: 'work', value: `ada-${canary.toLowerCase()}@mail.example` }],
      phones: [{ kind: 'mobile', value: `+4917055${String(10_000 + number)}` }],
      address: { streets: [`${canary}gasse ${number}`], city: 'Ulm', country: 'DE' },
    },
    account: { name: `Acme ${number}` },
    interest: { products: [{ name: 'Pump', quantity: String(number) }] },
  };
}
