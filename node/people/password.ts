import { hash, verify } from '@node-rs/argon2';

/** Argon2id with the least cost OWASP recommends: 19 MiB, two passes. */
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** Hash of a password nobody knows: who has none is checked against it, and takes as long. */
const nobodys = '$argon2id$v=19$m=19456,t=2,p=1$AcVIiDFDD54XB2R2peN0Bg$hLb4Su5attU59fWAmUyJnjg2xjkwHow9+7RDLP9k6ag';

/** The same password typed on another keyboard is the same password. */
const canonical = (password: string) => password.normalize('NFKC');

export const hashPassword = (password: string) => hash(canonical(password), cost);

/** Whether the password is the one of `passwordHash`; takes the same time, and is false, without a hash. */
export async function matchesPassword(password: string, passwordHash: string | null): Promise<boolean> {
  const matches = await verify(passwordHash ?? nobodys, canonical(password));
  return matches && passwordHash !== null;
}
