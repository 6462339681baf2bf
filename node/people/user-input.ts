import { z } from 'zod';
import { roles } from '../kernel/routes.ts';

const label = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?';
const address = new RegExp(`^[a-z0-9.!#$%&'*+/=?^_\`{|}~-]{1,64}@${label}(?:\\.${label})*$`);

/** An e-mail address, kept in lower case. */
export const emailInput = z
  .string()
  .max(254)
  .transform((text) => text.trim().toLowerCase())
  .refine((text) => address.test(text), 'is not an e-mail address');

/** A name as people write it: one line. */
export const nameInput = z
  .string()
  .max(200)
  .transform((text) => text.normalize('NFC').trim())
  .refine((text) => text.length > 0, 'must not be empty')
  .refine((text) => !/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/.test(text), 'must not hold control characters');

/** Long rather than complicated. */
export const passwordInput = z.string().min(12).max(200);

export const roleInput = z.enum(roles);
export const availabilityInput = z.enum(['available', 'absent']);
