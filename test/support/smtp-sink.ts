import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A mail as the server took it. */
export interface TakenMail {
  readonly to: string;
  readonly raw: string;
}

/** A mail server that keeps what it is given. */
export interface SmtpSink extends AsyncDisposable {
  /** `smtp://127.0.0.1:port`, the same after every start. */
  readonly url: string;
  readonly taken: TakenMail[];
  /** Overrides the answer to a command, for example `RCPT TO:<ann@…>`; undefined: the usual one. */
  refuse: (command: string) => string | undefined;
  start(): Promise<void>;
  /** Nobody answers at the port any more; open connections break. */
  stop(): Promise<void>;
}

export async function openSmtpSink(): Promise<SmtpSink> {
  const taken: TakenMail[] = [];
  const sockets = new Set<Socket>();
  let server: Server | undefined;
  let port = 0;
  const sink: SmtpSink = {
    taken,
    refuse: () => undefined,
    get url() {
      return `smtp://127.0.0.1:${port}`;
    },
    async start() {
      server = createServer((socket) => {
        sockets.add(socket.on('close', () => sockets.delete(socket)).on('error', () => undefined));
        converse(socket, sink);
      });
      await new Promise<void>((resolve) => server?.listen(port, '127.0.0.1', resolve));
      port = (server.address() as AddressInfo).port;
    },
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined)));
      server = undefined;
    },
    [Symbol.asyncDispose]: () => sink.stop(),
  };
  await sink.start();
  return sink;
}

/** RFC 5321 as far as a client needs it. */
function converse(socket: Socket, sink: SmtpSink): void {
  let waiting = '';
  let to = '';
  let data: string[] | undefined;
  const say = (line: string) => void socket.write(`${line}\r\n`);
  const usual = (command: string): string => {
    if (/^EHLO/i.test(command)) return '250 sink';
    if (/^DATA/i.test(command)) return '354 go on';
    if (/^QUIT/i.test(command)) return '221 bye';
    if (/^(HELO|MAIL FROM|RCPT TO|RSET|NOOP)/i.test(command)) return '250 ok';
    return '502 unknown';
  };
  const onCommand = (command: string) => {
    const answer = sink.refuse(command) ?? usual(command);
    const [, address] = /^RCPT TO:<([^>]+)>/i.exec(command) ?? [];
    if (address !== undefined) to = address;
    if (answer.startsWith('354')) data = [];
    say(answer);
    if (answer.startsWith('221')) socket.end();
  };
  const onLine = (line: string) => {
    if (!data) onCommand(line);
    else if (line === '.') {
      const answer = sink.refuse('.') ?? '250 taken';
      if (answer.startsWith('250')) sink.taken.push({ to, raw: data.join('\r\n') });
      data = undefined;
      say(answer);
    } else data.push(line.replace(/^\./, ''));
  };
  say('220 sink ESMTP');
  socket.setEncoding('utf8').on('data', (piece: string) => {
    const lines = (waiting + piece).split('\r\n');
    waiting = lines.pop() ?? '';
    for (const line of lines) onLine(line);
  });
}
