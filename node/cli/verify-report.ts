import { ProtocolError, readInvitation } from '../../protocol/index.ts';
import { checkJunit, readSignedReport } from '../../protocol/conformance/index.ts';
import { CodedError } from '../kernel/errors.ts';
import type { Asked } from './command.ts';
import { needed } from './commands/options.ts';
import { fileBytes } from './input.ts';
import { words, type Output } from './output.ts';

const longestInvitation = 65_536;
const longestReport = 16 * 1_048_576;

/** Checks by whom a report of the conformance kit was written. Throws `invitation-invalid` and `report-not-signed`. */
export async function verifyReport(asked: Asked): Promise<Output> {
  const read = async (file: string, limit: number) => (await fileBytes(file, limit, asked.terminal)).toString('utf8');
  const kit = readAs('invitation-invalid', readInvitation, await read(needed(asked, 'invitation'), longestInvitation));
  const text = await read(asked.arg('file'), longestReport);
  const check = (report: string) => (report.startsWith('<') ? checkJunit(report, kit.kid) : readSignedReport(report, kit.kid)); // prettier-ignore
  readAs('report-not-signed', check, text);
  const { nodeId, fingerprint } = kit;
  return words(`Signed by ${nodeId}, whose ten words are:\n  ${fingerprint}`, { nodeId, fingerprint });
}

/** Whatever a file holds that is not what it should be. */
function readAs<T>(code: string, read: (text: string) => T, text: string): T {
  try {
    return read(text);
  } catch (error) {
    throw new CodedError(code, 422, error instanceof ProtocolError ? error.detail : 'The file cannot be read.');
  }
}
