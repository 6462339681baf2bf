/** Freezes the schemas as they are now, before a version of the protocol is published: refuses what breaks an earlier one (LX-200). */
import { existsSync, writeFileSync } from 'node:fs';
import { declare, findBreaks, publishedFile, readPublished, readSchemas, writePublished } from '../published.ts';

const now = declare(readSchemas());
const breaks = existsSync(publishedFile) ? findBreaks(readPublished(), now) : [];
if (breaks.length > 0) throw new Error(`This breaks what was published:\n${breaks.join('\n')}`);
writeFileSync(publishedFile, writePublished(now));
