import type { Route } from '../kernel/routes.ts';
import { questionRoutes } from './after-release/question-routes.ts';
import { agreementRoutes } from './agreements/routes.ts';
import { askedRoutes } from './bridge/asked-routes.ts';
import { consentRoutes } from './bridge/consent-routes.ts';
import { bridgeRoutes } from './bridge/routes.ts';
import { feedbackRoutes } from './feedback/feedback-routes.ts';
import { keyRoutes } from './keys/key-routes.ts';
import { previewRoutes } from './offers/preview-routes.ts';
import { messageRoutes } from './peers/message-routes.ts';
import { peerRoutes } from './peers/routes.ts';
import { privacyRoutes } from './privacy/routes.ts';
import { exchangeRoutes } from './receiving/exchange-routes.ts';
import { restorationRoutes } from './restoration/routes.ts';

export const routes: readonly Route[] = [
  ...exchangeRoutes,
  ...bridgeRoutes,
  ...askedRoutes,
  ...consentRoutes,
  ...questionRoutes,
  ...privacyRoutes,
  ...keyRoutes,
  ...agreementRoutes,
  ...previewRoutes,
  ...feedbackRoutes,
  ...restorationRoutes,
  ...peerRoutes,
  ...messageRoutes,
];
