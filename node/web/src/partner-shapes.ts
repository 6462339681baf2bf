/** A partner that was just added; `webhook`: what is shown this once. */
export interface NewPartner {
  id: string;
  name: string;
  webhook?: { secret: string; reportSecret: string; token: string; reportUrl: string };
}

/** Somebody of a partner without a node. */
export interface PartnerPerson {
  id: string;
  name: string;
  email: string;
  active: boolean;
}
