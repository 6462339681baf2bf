import type { AgreementStep } from '../../../protocol/index.ts';
import type { Tx } from '../../kernel/context.ts';
import { tellPartnerNews } from '../peers/tell-partner-news.ts';
import { tellPeerChange } from '../peers/peer-health.ts';

/** Tells the administrators what a partner said about agreements: a mail, and open pages look again. */
export async function tellAgreement(tx: Tx, peerId: string, step: AgreementStep): Promise<void> {
  await tellPeerChange(tx, peerId);
  await tellPartnerNews(tx, { peerId, news: `agreement-${step}` });
}
