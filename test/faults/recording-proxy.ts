import { createServer, request as startRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One request and its answer as they went over the wire, also when either side died in the middle. */
export interface Passage {
  /** Everything the sender put on the wire, headers and body, as far as it came. */
  readonly sent: () => string;
  readonly body: () => string;
  /** The answer's headers and body, as far as they came. */
  readonly answered: () => string;
  readonly answerBody: () => string;
  /** Position among all events of the recorder: when it began, and when its answer was complete. */
  readonly beganAt: number;
  answeredAt?: number;
}

export interface RecordingProxy {
  readonly url: string;
  readonly passages: readonly Passage[];
  close(): Promise<void>;
}

/** Passes requests on to a port that may be dead at times, and keeps every byte of both directions. */
export async function startRecordingProxy(targetPort: number): Promise<RecordingProxy> {
  const passages: Passage[] = [];
  let events = 0;
  const server = createServer((request, response) => {
    const sent = keep(request);
    let answered = { head: '', body: () => '' };
    const passage: Passage = {
      sent: () => sent.head + sent.body(),
      body: sent.body,
      answered: () => answered.head + answered.body(),
      answerBody: () => answered.body(),
      beganAt: events++,
    };
    passages.push(passage);
    passOn(request, response, targetPort, (answer) => {
      answered = keep(answer);
      answer.once('end', () => (passage.answeredAt = events++));
    });
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    passages,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Notes the bytes of a message while somebody else reads it. */
function keep(message: IncomingMessage): { head: string; body: () => string } {
  const chunks: Buffer[] = [];
  message.on('data', (chunk: Buffer) => chunks.push(chunk));
  const head = `${message.method ?? ''} ${message.url ?? ''}\n${message.rawHeaders.join('\n')}\n`;
  return { head, body: () => Buffer.concat(chunks).toString('utf8') };
}

function passOn(
  request: IncomingMessage,
  response: ServerResponse,
  port: number,
  onAnswer: (answer: IncomingMessage) => void,
): void {
  const { method, url: path, rawHeaders } = request;
  const outgoing = startRequest({ host: '127.0.0.1', port, method, path, headers: rawHeaders, agent: false });
  const breakOff = () => {
    outgoing.destroy();
    response.destroy();
  };
  outgoing.once('response', (answer) => {
    onAnswer(answer);
    answer.once('error', breakOff);
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  outgoing.once('error', breakOff);
  request.once('error', breakOff);
  response.once('close', () => outgoing.destroy());
  request.pipe(outgoing);
}
