/**
 * The HTTP server under Fastify, where it would answer, cut or hand over a connection before a route is asked: what is no
 * WebSocket is an ordinary request, and what is no request gets a problem.
 */
import { IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { FastifyHttpOptions } from 'fastify';
import { codeOf } from '../lib/app-error.ts';
import { HttpProblem, problemBody, problemType } from './problem.ts';

/** The one path that becomes a WebSocket. */
export const livePath = '/live';

/**
 * RFC 9110, 7.8: a server may ignore `Upgrade`, and does for every protocol but WebSocket (Java's client asks for h2c).
 * Node reads `upgrade` once the headers are there, and hands the connection over where it is true; the callback for this
 * that newer versions have is not in Electron's.
 */
class Incoming extends IncomingMessage {
  /** Set by the constructor of the class below. */
  declare offered: boolean;

  set upgrade(offered: boolean) {
    this.offered = offered;
  }

  get upgrade(): boolean {
    if (!this.offered) return false;
    if (this.method === 'CONNECT') return true;
    return isWebSocket(this) && this.url?.split('?')[0] === livePath;
  }
}

/** Whether a request's connection was handed over to become a WebSocket. */
export function isUpgrade(request: IncomingMessage): boolean {
  return request instanceof Incoming && request.upgrade;
}

function isWebSocket({ method, headers }: IncomingMessage): boolean {
  return method === 'GET' && headers.upgrade?.trim().toLowerCase() === 'websocket';
}

/** Time for a request's header lines, ms. */
const headersMs = 5_000;
/** How often requests that come too slowly are looked for, ms. */
const lookMs = 1_000;

/** Of the server that Fastify makes. */
export const wireOptions = {
  http: {
    IncomingMessage: Incoming,
    headersTimeout: headersMs,
    connectionsCheckingInterval: lookMs,
    // Refused as a problem, by the guard.
    requireHostHeader: false,
  },
  clientErrorHandler: (error: Error, socket: Socket) => refuse(socket, problemOf(error)),
} satisfies FastifyHttpOptions<Server>;

/** Answers what Node would refuse without a word. */
export function listenOnWire(server: Server): void {
  // RFC 9110, 10.1.1: the server may refuse an expectation that it does not know.
  server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) => {
    const problem = new HttpProblem(417, 'expectation_failed', 'Only Expect: 100-continue can be met.', {
      hint: 'Leave the header out.',
    });
    const body = problemBody(problem, request.url);
    response.writeHead(problem.status, {
      'content-type': problemType,
      'content-length': Buffer.byteLength(body),
      'cache-control': 'no-store',
      connection: 'close',
    });
    response.end(body);
  });
  server.on('connect', (request: IncomingMessage, socket: Socket) => {
    refuse(
      socket,
      new HttpProblem(405, 'method_not_allowed', 'This server is no proxy: CONNECT is not for it.', {
        headers: { allow: 'GET, POST, PUT' },
      }),
      request.url,
    );
  });
}

function problemOf(error: Error): HttpProblem {
  switch (codeOf(error)) {
    case 'HPE_HEADER_OVERFLOW':
      return new HttpProblem(431, 'header_too_large', 'The header lines, the address among them, exceed 16 KiB.', {
        hint: 'Send fewer or shorter header lines.',
      });
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return new HttpProblem(413, 'too_large', 'The chunk extensions of the body are too long.');
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new HttpProblem(408, 'request_timeout', 'The request did not arrive in time.', {
        hint: `Send the header lines within ${headersMs / 1000} s and the body within 8 s.`,
      });
    default:
      return new HttpProblem(400, 'bad_request', `This is not an HTTP/1.1 request: ${reasonOf(error)}.`);
  }
}

/** The parser's words, which hold nothing of the request. */
function reasonOf(error: Error): string {
  return 'reason' in error && typeof error.reason === 'string' && error.reason !== ''
    ? error.reason
    : 'it is malformed';
}

/** Writes a problem to a connection that no response stands for, and ends it. */
export function refuse(socket: Duplex, problem: HttpProblem, url?: string): void {
  // A reset needs no answer, and what was begun cannot be begun again.
  if (!socket.writable || socket.destroyed || ('_httpMessage' in socket && headersSent(socket._httpMessage))) {
    socket.destroy();
    return;
  }
  const body = problemBody(problem, url);
  const lines = Object.entries({
    ...problem.headers,
    'content-type': problemType,
    'content-length': String(Buffer.byteLength(body)),
    'cache-control': 'no-store',
    connection: 'close',
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.on('error', () => socket.destroy());
  socket.end(`HTTP/1.1 ${problem.status} ${problem.title}\r\n${lines.join('')}\r\n${body}`, () => socket.destroy());
}

function headersSent(response: unknown): boolean {
  return (
    typeof response === 'object' && response !== null && 'headersSent' in response && response.headersSent === true
  );
}
