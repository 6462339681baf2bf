import { createServer } from 'node:http';

/** The least a lead intake over HTTP could do: read the body, parse the JSON, answer. Nothing is kept. */
let last = 0;
const server = createServer((request, response) => {
  const pieces: Buffer[] = [];
  request.on('data', (piece: Buffer) => pieces.push(piece));
  request.on('end', () => {
    const { lead } = JSON.parse(Buffer.concat(pieces).toString() || '{}') as { lead?: unknown };
    response.writeHead(lead ? 201 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ id: `lead_${String(++last).padStart(26, '0')}` }));
  });
});
server.listen(Number(process.env['BENCH_PORT']), '127.0.0.1');
process.once('SIGTERM', () => process.exit());
