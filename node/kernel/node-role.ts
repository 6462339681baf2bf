/** What this node may be to others: it offers leads, takes them, does both, or takes them and gets them nowhere else. */
export const nodeRoles = ['both', 'primary', 'secondary', 'secondary-only'] as const;
export type NodeRole = (typeof nodeRoles)[number];

interface Roled {
  /** Absent: `both`. */
  readonly role?: NodeRole;
}

/** Whether it takes leads that partners offer. */
export const takesOffers = ({ role }: Roled): boolean => role !== 'primary';
/** Whether it offers leads to partners. */
export const makesOffers = ({ role }: Roled): boolean => role === undefined || role === 'both' || role === 'primary';
/** Whether leads come in by other ways than from partners. */
export const takesOwnLeads = ({ role }: Roled): boolean => role !== 'secondary-only';
