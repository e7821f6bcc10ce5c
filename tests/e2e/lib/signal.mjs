// The signalling protocol without an SDK: a client that says exactly what a test wants (Signal), and a relay between an SDK and the
// server that writes down every message and can slip in its own (startTap).
import { createServer, request as httpRequest } from 'node:http';
import { gzipSync } from 'node:zlib';
import { JoinRequest, SignalRequest, SignalResponse, WrappedJoinRequest } from '@livekit/protocol';
import WebSocket, { WebSocketServer } from 'ws';
import { until } from './wait.mjs';

// An upgrade that the server refused.
export class Refused extends Error {
  constructor(status, body) {
    super(`refused with ${status}: ${body}`);
    this.status = status;
    this.body = body;
  }
}

export function joinRequest(fields = {}, { gzip = true } = {}) {
  const inner = new JoinRequest({ connectionSettings: { autoSubscribe: true }, clientInfo: { protocol: 17, version: '1.0.0' }, ...fields }).toBinary();
  const wrapped = new WrappedJoinRequest({ compression: gzip ? 1 : 0, joinRequest: gzip ? gzipSync(inner) : inner });
  return Buffer.from(wrapped.toBinary()).toString('base64url');
}

export class Signal {
  messages = []; // {case, value, text: was it a text frame?}
  closed = null; // {code, reason}

  // `url`: ws://host:port. `v1`: fields of a JoinRequest; without it the old /rtc with `params` in the query.
  static open(url, token, { v1, params = {}, query, header = true, ...options } = {}) {
    const search = query ?? new URLSearchParams(v1 ? { join_request: joinRequest(v1) } : { protocol: 17, sdk: 'js', version: '2.0.0', ...params });
    if (!header && !query) search.set('access_token', token);
    const socket = new WebSocket(`${url}${v1 ? '/rtc/v1' : '/rtc'}?${search}`, {
      headers: header ? { authorization: `Bearer ${token}` } : {}, perMessageDeflate: false, rejectUnauthorized: false, ...options,
    });
    const signal = new Signal(socket);
    return new Promise((done, failed) => {
      socket.once('open', () => done(signal));
      socket.once('error', failed);
      socket.once('unexpected-response', (request, response) => {
        let body = '';
        response.on('data', (part) => (body += part));
        response.on('end', () => failed(new Refused(response.statusCode, body)));
      });
    });
  }

  constructor(socket) {
    this.socket = socket;
    socket.on('message', (data, binary) => {
      const response = binary ? SignalResponse.fromBinary(data) : SignalResponse.fromJsonString(data.toString());
      this.messages.push({ ...response.message, text: !binary });
    });
    socket.on('close', (code, reason) => (this.closed = { code, reason: reason.toString() }));
    socket.on('error', () => {});
  }

  send(kind, value, { json = false } = {}) {
    const request = new SignalRequest({ message: { case: kind, value } });
    this.socket.send(json ? request.toJsonString() : request.toBinary());
  }

  all(kind) {
    return this.messages.filter((message) => message.case === kind).map((message) => message.value);
  }

  // The first message of that kind which fits, waiting for it if need be.
  async find(kind, fits = () => true, timeout = 5000) {
    return until(`a ${kind} message`, () => this.all(kind).find(fits), timeout);
  }

  // Everything that was sent to the server so far has been dealt with, and everything it caused has arrived.
  async settled() {
    const timestamp = BigInt(Math.floor(Math.random() * 1e15));
    this.send('pingReq', { timestamp, rtt: 0n });
    await this.find('pongResp', (pong) => pong.lastPingTimestamp === timestamp);
  }

  async end() {
    if (!this.closed) this.socket.close();
    await until('the socket to close', () => this.closed, 10000);
  }
}

// Between an SDK and the server. `rewrite(url)` may change path and query; with `hideV1`, /rtc/v1 is answered with 404.
export async function startTap(target, { hideV1 = false, rewrite = (url) => url } = {}) {
  const sessions = [];
  const hidden = (url) => hideV1 && url.startsWith('/rtc/v1');
  const server = createServer((request, response) => {
    if (hidden(request.url)) return response.writeHead(404).end('not found');
    const onward = httpRequest({ host: '127.0.0.1', port: target, path: rewrite(request.url), method: request.method, headers: request.headers },
      (answer) => answer.pipe(response.writeHead(answer.statusCode, answer.headers)));
    onward.on('error', () => response.destroy());
    request.pipe(onward);
  });
  const accepting = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  server.on('upgrade', (request, socket, head) => {
    const refuse = (status, body) => socket.end(`HTTP/1.1 ${status} Refused\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`);
    if (hidden(request.url)) return refuse(404, 'not found');
    const upstream = new WebSocket(`ws://127.0.0.1:${target}${rewrite(request.url)}`, {
      headers: { authorization: request.headers.authorization ?? '', 'user-agent': request.headers['user-agent'] ?? '' }, perMessageDeflate: false,
    });
    const session = { requests: [], responses: [], url: request.url };
    const early = [];
    let client = null;
    const toClient = (data, binary) => {
      session.responses.push(binary ? SignalResponse.fromBinary(data).message : SignalResponse.fromJsonString(data.toString()).message);
      client.send(data, { binary });
    };
    upstream.on('message', (data, binary) => (client ? toClient(data, binary) : early.push([data, binary])));
    upstream.on('unexpected-response', (_, response) => {
      let body = '';
      response.on('data', (part) => (body += part));
      response.on('end', () => refuse(response.statusCode, body));
    });
    upstream.on('error', () => socket.destroy());
    upstream.on('open', () => accepting.handleUpgrade(request, socket, head, (accepted) => {
      client = accepted;
      sessions.push(session);
      for (const [data, binary] of early) toClient(data, binary);
      client.on('message', (data, binary) => {
        session.requests.push((binary ? SignalRequest.fromBinary(data) : SignalRequest.fromJsonString(data.toString())).message);
        if (upstream.readyState === WebSocket.OPEN) upstream.send(data, { binary });
      });
      client.on('close', (code) => upstream.close(code >= 1000 && code < 5000 && ![1004, 1005, 1006].includes(code) ? code : 1000));
      client.on('error', () => {});
      upstream.on('close', () => client.close());
    }));
    session.send = (kind, value) => upstream.send(new SignalRequest({ message: { case: kind, value } }).toBinary());
    session.seen = (kind) => session.responses.filter((message) => message.case === kind).map((message) => message.value);
    session.cut = () => (upstream.terminate(), client?.terminate());
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  return {
    ws: `ws://127.0.0.1:${server.address().port}`,
    sessions,
    get last() {
      return sessions.at(-1);
    },
    close() {
      for (const session of sessions) session.cut();
      server.closeAllConnections();
      return new Promise((done) => server.close(done));
    },
  };
}
