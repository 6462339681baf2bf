import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Config } from './config.ts';
import { CodedError } from './errors.ts';

/** Certificate chain and key as node:https takes them. */
interface TlsFiles {
  readonly cert: string;
  readonly key: string;
}

/**
 * Reads the TLS files of the configuration and checks that they belong together. Throws `tls-file-unreadable`,
 * `tls-file-malformed`, `tls-key-mismatch` or `tls-certificate-expired`.
 */
export function readTlsFiles(tls: NonNullable<Config['tls']>, now: number): TlsFiles {
  const cert = readText(tls.certificateFile);
  const key = readText(tls.keyFile);
  const certificate = parse(tls.certificateFile, () => new X509Certificate(cert));
  const privateKey = parse(tls.keyFile, () => createPrivateKey(key));
  if (!certificate.checkPrivateKey(privateKey))
    throw new CodedError('tls-key-mismatch', 500, `${tls.keyFile} is not the key of ${tls.certificateFile}.`);
  if (certificate.validToDate.getTime() <= now)
    throw new CodedError('tls-certificate-expired', 500, `${tls.certificateFile} expired ${certificate.validTo}.`);
  return { cert, key };
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown';
    throw new CodedError('tls-file-unreadable', 500, `Cannot read ${file} (${code}).`);
  }
}

function parse<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch {
    throw new CodedError('tls-file-malformed', 500, `${file} is not a PEM file of the expected kind.`);
  }
}
