import SqliteFile from 'better-sqlite3';
import { createServer } from 'node:http';
import { makeXmlCryptoSigner } from '../xml-crypto-signer.ts';

/**
 * A receiver of messages as one would write it without further thought: xml-crypto verifies each, one commit each, and
 * xml-crypto signs the receipt. With BENCH_UNSIGNED=1 it only commits and answers: the floor.
 */
const unsigned = process.env['BENCH_UNSIGNED'] === '1';
const signer = makeXmlCryptoSigner(process.env['BENCH_KEY'] ?? '');
const database = new SqliteFile(process.env['BENCH_FILE']);
database.pragma('journal_mode = WAL');
database.pragma('synchronous = FULL');
database.exec('create table message (id integer primary key, document text, answer text)');
const insert = database.prepare('insert into message (document, answer) values (?, ?)');
const receipt = `<Receipt xmlns="urn:bench"><ReceivedAt>2026-01-01T00:00:00.000Z</ReceivedAt></Receipt>`;

createServer((request, response) => {
  const pieces: Buffer[] = [];
  request.on('data', (piece: Buffer) => pieces.push(piece));
  request.on('end', () => {
    const document = Buffer.concat(pieces).toString();
    if (document === '') return void response.end();
    if (!unsigned && !signer.check(document)) throw new Error('A signature is wrong.');
    const answer = unsigned ? receipt : signer.sign(receipt);
    insert.run(document, answer);
    response.end(answer);
  });
}).listen(Number(process.env['BENCH_PORT']), '127.0.0.1');
process.once('SIGTERM', () => process.exit());
