import type { ApiClient } from '../api-client.ts';
import { addPerson, type DemoPerson } from './session.ts';

/** People, teams and rules of the two demo nodes, made through the public API as an administrator would make them. */

interface Box {
  id: string;
  name: string;
  kind: 'system' | 'user' | 'team' | 'partner';
  userId?: string;
  peerId?: string;
  version: number;
}

/** Campaigns that the rules send to whoever looks at the demo. */
export const visitorCampaign = 'Trade fair desk';
export const raceCampaign = 'Open race';

export interface Staff {
  /** The one whose inbox a visitor of the demo sees. */
  visitor: DemoPerson;
  /** Representatives that the demo plays. */
  played: DemoPerson[];
}

const vendorNames = ['Tim Berger', 'Ana Castro', 'Joris de Vries', 'Bea Lund'] as const;
const resellerNames = ['Rita Sommer', 'Karl Weiss', 'Lena Hofer', 'Max Engel'] as const;

/** A manager, in whose name visitors sign in, and representatives below. */
async function addStaff(
  administrator: ApiClient,
  url: string,
  domain: string,
  names: readonly string[],
): Promise<Staff> {
  const address = (name: string) => `${name.toLowerCase().replaceAll(' ', '.')}@${domain}.example`;
  const [visitorName = '', ...playedNames] = names;
  const visitor = await addPerson(administrator, url, {
    name: visitorName,
    email: address(visitorName),
    role: 'manager',
  });
  const played: DemoPerson[] = [];
  for (const name of playedNames) {
    played.push(
      await addPerson(administrator, url, {
        name,
        email: address(name),
        role: 'representative',
        managerId: visitor.id,
      }),
    );
  }
  return { visitor, played };
}

async function listBoxes(administrator: ApiClient): Promise<Box[]> {
  const { items } = await administrator.get<{ items: Box[] }>('/api/boxes');
  return items;
}

function boxOf(boxes: readonly Box[], owner: string): string {
  const box = boxes.find((each) => each.userId === owner || each.peerId === owner);
  if (!box) throw new Error(`There is no box of ${owner}.`);
  return box.id;
}

type Mode = 'direct' | 'round-robin' | 'grab';
const rule = (name: string, condition: unknown, [mode, to, offerMinutes]: [Mode, string[], number]) => ({
  name,
  condition,
  action: { assign: { mode, to, offerMinutes } },
});

async function putRules(administrator: ApiClient, rules: readonly unknown[]): Promise<void> {
  const root = (await listBoxes(administrator)).find((box) => box.kind === 'system');
  if (!root) throw new Error('There is no system box.');
  await administrator.send('PUT', `/api/boxes/${root.id}/rules`, { version: root.version, rules });
}

const campaignIs = (value: string) => ({ field: 'source.campaign', op: 'equals', value });
const countryIn = (...value: string[]) => ({ field: 'contact.address.country', op: 'in', value });
/** Long enough to look around, for what a visitor shall answer. */
const visitorMinutes = 45;

export interface VendorPlan {
  administrator: ApiClient;
  url: string;
  resellerId: string;
  foreignId: string;
  /** How long the played people have. */
  offerMinutes: number;
}

/** The vendor: big deals are up for grabs across the network, regions go to partners, the rest to its own people. */
export async function staffVendor(plan: VendorPlan): Promise<Staff> {
  const { administrator, url, offerMinutes } = plan;
  const staff = await addStaff(administrator, url, 'atlas-devices', vendorNames);
  const boxes = await listBoxes(administrator);
  const own = staff.played.map((person) => boxOf(boxes, person.id));
  const visitor = boxOf(boxes, staff.visitor.id);
  const reseller = boxOf(boxes, plan.resellerId);
  const foreign = boxOf(boxes, plan.foreignId);
  const big = { field: 'interest.opportunitySize', op: 'at-least', value: '70000 EUR' };
  await putRules(administrator, [
    rule('Met at the trade fair', campaignIs(visitorCampaign), ['direct', [visitor], visitorMinutes]),
    rule('Open race with a partner', campaignIs(raceCampaign), ['grab', [visitor, reseller], visitorMinutes]),
    rule('Big deals are up for grabs', big, ['grab', [...own, reseller, foreign], offerMinutes]),
    rule('German-speaking region to Rheintal', countryIn('DE', 'AT', 'CH'), ['direct', [reseller], offerMinutes]),
    rule('West to Nordwind', countryIn('FR', 'NL', 'GB'), ['direct', [foreign], offerMinutes]),
    rule('All others in turn', { all: [] }, ['round-robin', own, offerMinutes]),
  ]);
  return staff;
}

/** The reseller: what it may race for goes to its manager, the rest to its representatives in turn. */
export async function staffReseller(administrator: ApiClient, url: string, offerMinutes: number): Promise<Staff> {
  const staff = await addStaff(administrator, url, 'rheintal', resellerNames);
  const boxes = await listBoxes(administrator);
  const own = staff.played.map((person) => boxOf(boxes, person.id));
  const visitor = boxOf(boxes, staff.visitor.id);
  const forVisitor = { any: [campaignIs(visitorCampaign), campaignIs(raceCampaign)] };
  await putRules(administrator, [
    rule('Races and fair contacts to the manager', forVisitor, ['direct', [visitor], visitorMinutes]),
    rule('All others in turn', { all: [] }, ['round-robin', own, offerMinutes]),
  ]);
  return staff;
}

/** People see how to reach a customer once they took the lead; partners never learn the keyword the vendor paid for. */
export async function setPolicies(administrator: ApiClient): Promise<void> {
  const hidden = ['group:email', 'group:phone'].map((target) => ({
    recipientKind: 'user',
    target,
    stage: 'offered',
    action: 'withhold',
  }));
  const masked = { recipientKind: 'user', target: 'contact.familyName', stage: 'offered', action: 'mask' };
  const never = ['offered', 'released'].map((stage) => ({
    recipientKind: 'peer',
    target: 'source.keyword',
    stage,
    action: stage === 'offered' ? 'withhold' : 'never',
  }));
  await administrator.send('PUT', '/api/field-policies', { policies: [...hidden, masked, ...never] });
}
