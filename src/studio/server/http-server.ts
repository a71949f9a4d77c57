/**
 * The studio's server on Node's own HTTP: it checks each request, serves the files of the page, and hands questions about data
 * on to their routes. It only reads.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { type Gate, isData, type Refusal, refusalOf } from './access.ts';
import { answerFile, answerLines, answerOnce, answerProblem, answerRefusal, signalOf } from './answering.ts';
import { fileAt, type PageFile } from './page-files.ts';

/** An import would load all that this module can give, and with it the client of WebSockets: a quarter of the start. */
const { createServer } = process.getBuiltinModule('node:http');

/** A question about data. It gives the JSON of one object, bytes, or the JSON of each line. */
export type Route = (
  query: URLSearchParams,
  signal: AbortSignal,
) => Promise<string | Uint8Array> | AsyncIterable<string>;

export interface Parts {
  readonly gate: () => Gate;
  readonly files: ReadonlyMap<string, PageFile>;
  /** By their paths, such as `/api/log`. */
  readonly routes: ReadonlyMap<string, Route>;
}

/** Bytes of a request's head: links hold paths and conditions. */
const LARGEST_HEAD = 65_536;
/** A browser has six connections to a host; seven tabs, and programs beside them, find room. */
const MOST_CONNECTIONS = 256;
/** How long clients are waited for, in ms, so that others find room. */
interface Patience {
  /** For the head of a request. */
  readonly head: number;
  /**
   * For anything to move on a connection: a client that does not read cannot hold one without the key. A client with the key may
   * wait for as long as the work takes, and for news.
   */
  readonly still: number;
}

const PATIENCE: Patience = { head: 5_000, still: 30_000 };

export function makeServer(parts: Parts, patience: Patience = PATIENCE): Server {
  const { head, still } = patience;
  const times = { headersTimeout: head, connectionsCheckingInterval: Math.ceil(head / 10) };
  const server = createServer({ maxHeaderSize: LARGEST_HEAD, ...times }, (request, response) => {
    void handle(parts, request, response);
  });
  server.maxConnections = MOST_CONNECTIONS;
  server.timeout = still;
  server.on('clientError', ({ code }: NodeJS.ErrnoException, socket) => {
    // A browser opens connections in advance. An answer to none of its requests would be taken for that to its next one.
    if (code !== 'ERR_HTTP_REQUEST_TIMEOUT' && socket.writable)
      socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n');
    else socket.destroy();
  });
  return server;
}

async function handle(parts: Parts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { path, query } = targetOf(request.url ?? '/');
  try {
    const refusal = refusalOf(headOf(request, path), parts.gate());
    if (refusal !== undefined) answerRefusal(response, refusal);
    else if (isData(path)) await answerRoute(parts.routes.get(path), query, request, response);
    else answerPage(parts.files, path, response);
  } catch (error) {
    if (!response.destroyed) answerProblem(response, error);
  }
}

async function answerRoute(
  route: Route | undefined,
  query: URLSearchParams,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (route === undefined) {
    answerRefusal(response, notFound());
    return;
  }
  request.socket.setTimeout(0); // until the next request
  const signal = signalOf(response);
  const answer = route(query, signal);
  if (!(answer instanceof Promise)) await answerLines(request, response, answer, signal);
  else answerOnce(response, await answer);
}

function answerPage(files: ReadonlyMap<string, PageFile>, path: string, response: ServerResponse): void {
  const file = fileAt(files, path);
  if (file === undefined) answerRefusal(response, notFound());
  else answerFile(response, file.type, file.content);
}

/** The target is a path, and an absolute address only from a proxy. Anything that cannot be read leads nowhere. */
function targetOf(target: string): { readonly path: string; readonly query: URLSearchParams } {
  const cut = target.indexOf('?');
  const path = cut === -1 ? target : target.slice(0, cut);
  return { path, query: new URLSearchParams(cut === -1 ? '' : target.slice(cut + 1)) };
}

function headOf({ method = '', headers }: IncomingMessage, path: string) {
  const { host, origin, authorization } = headers;
  const site = headers['sec-fetch-site'];
  return { method, path, host, origin, authorization, site: Array.isArray(site) ? site.join() : site };
}

function notFound(): Refusal {
  return {
    status: 404,
    code: 'NOT_FOUND',
    message: 'There is nothing at this address',
    hint: 'Open the start page: /',
  };
}
