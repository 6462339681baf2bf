import type { Migration } from '../migrate.ts';
import { migration as kernel } from './0001-kernel.ts';
import { migration as people } from './0002-people.ts';
import { migration as leads } from './0003-leads.ts';
import { migration as routing } from './0004-routing.ts';
import { migration as federation } from './0005-federation.ts';
import { migration as intake } from './0006-intake.ts';
import { migration as setup } from './0007-setup.ts';
import { migration as departures } from './0008-outbox-departures.ts';
import { migration as ledger } from './0009-ledger.ts';
import { migration as changes } from './0010-changes.ts';
import { migration as agreements } from './0011-agreements.ts';
import { migration as policies } from './0012-policies.ts';
import { migration as transport } from './0013-transport.ts';
import { migration as privacy } from './0014-privacy.ts';
import { migration as audit } from './0015-audit.ts';
import { migration as bridge } from './0016-bridge.ts';
import { migration as webhookTrim } from './0017-webhook-trim.ts';
import { migration as claims } from './0018-claims.ts';
import { migration as jobsByKind } from './0019-jobs-by-kind.ts';
import { migration as keptMessages } from './0020-kept-messages.ts';
import { migration as ledgerKeys } from './0021-ledger-keys.ts';
import { migration as questionTexts } from './0023-question-texts.ts';

/** Every change to the tables, oldest first. A migration that was released is never edited. */
export const migrations: readonly Migration[] = [
  kernel,
  people,
  leads,
  routing,
  federation,
  intake,
  setup,
  departures,
  ledger,
  changes,
  agreements,
  policies,
  transport,
  privacy,
  audit,
  bridge,
  webhookTrim,
  claims,
  jobsByKind,
  keptMessages,
  ledgerKeys,
  questionTexts,
];
