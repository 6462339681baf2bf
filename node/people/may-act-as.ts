import type { Role } from '../kernel/routes.ts';

const lesser: Readonly<Record<Role, readonly Role[]>> = {
  administrator: ['administrator', 'manager', 'representative', 'auditor'],
  manager: ['manager', 'representative'],
  representative: ['representative'],
  auditor: ['auditor'],
};

/** Whether a user of this role may act in another, as an API token does that is given less. */
export const mayActAs = (own: Role, other: Role) => lesser[own].includes(other);
