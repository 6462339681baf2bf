import type { Route } from '../kernel/routes.ts';
import { boxRoutes } from './box-routes.ts';
import { inboxRoutes } from './inbox-routes.ts';
import { leadRoutes } from './lead-routes.ts';

export const routes: Route[] = [...inboxRoutes, ...boxRoutes, ...leadRoutes];
