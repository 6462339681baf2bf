import type { Route } from '../../node/kernel/routes.ts';
import { routes as deliveryRoutes } from '../../node/delivery/routes.ts';
import { routes as disclosureRoutes } from '../../node/disclosure/routes.ts';
import { routes as federationRoutes } from '../../node/federation/routes.ts';
import { routes as intakeRoutes } from '../../node/intake/routes.ts';
import { routes as leadRoutes } from '../../node/leads/routes.ts';
import { routes as peopleRoutes } from '../../node/people/routes.ts';
import { routes as routingRoutes } from '../../node/routing/routes.ts';

/** What the rooms of a node declare. */
export const declaredRoutes: readonly Route[] = [
  ...peopleRoutes,
  ...leadRoutes,
  ...disclosureRoutes,
  ...routingRoutes,
  ...intakeRoutes,
  ...deliveryRoutes,
  ...federationRoutes,
];

export const nameOf = ({ method, path }: Route) => `${method} ${path}`;

/** A request to a route, with this id for every parameter of its path. */
export const requestTo = ({ method, path }: Route, id: string) =>
  `${method} ${path.replaceAll(/:\w+/g, encodeURIComponent(id))}`;
