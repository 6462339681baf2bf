import { hash } from 'node:crypto';

/** Bytes of every hash here: SHA-256. */
export const hashBytes = 32;

const nodePrefix = Buffer.from([1]);

/** RFC 6962, 2.1: SHA-256 of a zero byte and the leaf. `{ printf '\0'; cat leaf; } | openssl dgst -sha256` says the same. */
export const leafHash = (text: string): Buffer => hash('sha256', `\0${text}`, 'buffer');

/** RFC 6962, 2.1: SHA-256 of a one byte and both children. */
export const nodeHash = (left: Buffer, right: Buffer): Buffer =>
  hash('sha256', Buffer.concat([nodePrefix, left, right]), 'buffer');

/** The root of a tree without leaves. */
export const emptyRoot = (): Buffer => hash('sha256', '', 'buffer');
