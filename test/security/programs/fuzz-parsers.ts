// Longer than the tests: does anybody read another document than we do, where we accept one?
// By hand: node test/security/programs/fuzz-parsers.ts [how many] [first seed]
import { vendor } from '../../protocol/messages.ts';
import { verifyByXmlsec1 } from '../../interop/xmlsec1.ts';
import { judge, type Finding } from '../differential.ts';
import { makeMutant } from '../mutants.ts';

const [count = '20000', first = '1'] = process.argv.slice(2);
const batch = 1_000;
const codes = new Map<string, number>();
let [read, signed, faults] = [0, 0, 0];

function report({ seed, xml, fault }: Finding, said = fault): void {
  faults += 1;
  console.log(`seed ${seed}: ${said}\n${xml}\n`);
}

function round(start: number, end: number): void {
  const taken: Finding[] = [];
  for (let seed = start; seed < end; seed++) {
    const finding = judge(makeMutant(seed), seed % 10 === 0);
    if (finding.fault !== undefined) report(finding);
    if (finding.refused === undefined) read += 1;
    else codes.set(finding.refused, (codes.get(finding.refused) ?? 0) + 1);
    if (finding.signed) taken.push(finding);
  }
  signed += taken.length;
  const said = verifyByXmlsec1(
    taken.map(({ signed }) => signed?.xml ?? ''),
    [vendor.key],
  );
  taken.forEach((finding, at) => {
    if (said[at] !== finding.signed?.canonical) report(finding, 'xmlsec1 reads something else');
  });
}

const until = Number(first) + Number(count);
for (let start = Number(first); start < until; start += batch) round(start, Math.min(start + batch, until));
console.log(
  `${count} mutants from seed ${first}: ${read} read by all, ${signed} of them signed and verified by xmlsec1, ${faults} faults`,
);
console.log(Object.fromEntries([...codes].toSorted(([, one], [, other]) => other - one)));
process.exitCode = faults === 0 ? 0 : 1;
