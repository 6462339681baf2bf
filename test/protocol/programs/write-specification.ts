/** Fills the generated parts and the vectors of docs/protocol.md. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fillSpecification } from '../specification.ts';

const file = new URL('../../../docs/protocol.md', import.meta.url);
writeFileSync(file, fillSpecification(readFileSync(file, 'utf8')));
