/** Writes the list of checks into docs/conformance.md: `node test/conformance/programs/write-documentation.ts`. */
import { writeFileSync } from 'node:fs';
import { documentation, fillDocumentation, readDocumentation } from '../documentation.ts';

writeFileSync(documentation, fillDocumentation(readDocumentation()));
