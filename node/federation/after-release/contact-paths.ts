import { leadFields } from '../../../protocol/index.ts';

const groups: readonly string[] = ['person', 'email', 'phone', 'address', 'account'];

/** The fields a holder may correct: who the customer is and how to reach them. */
export const contactPaths: readonly string[] = leadFields
  .filter(({ group }) => groups.includes(group))
  .map(({ path }) => path);
