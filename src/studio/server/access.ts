/**
 * Who may ask the studio's server what: a pure function of the request's head.
 *
 * The server listens on this machine, but every page that a browser shows can send requests to it, and a name that its owner
 * points to 127.0.0.1 can pretend to be our own site (DNS rebinding). So the name in Host must be one of ours everywhere, and the
 * data must be asked for with the key, by a page of ours or by a program. "Origin equals Host" is not asked: after rebinding it
 * holds.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** What the server is: its port, the names under which it may be asked, and its key. */
export interface Gate {
  readonly port: number;
  /** The name in the printed address, if it is another than 127.0.0.1: an address of IPv6 in brackets. */
  readonly ownName?: string;
  /** `NAME:PORT` beside these: what tunnels are called. */
  readonly allowedHosts: readonly string[];
  readonly key: string;
}

/** The head of a request, as Node gives it. */
export interface RequestHead {
  readonly method: string;
  /** Without query and fragment. */
  readonly path: string;
  readonly host: string | undefined;
  readonly origin: string | undefined;
  /** `Sec-Fetch-Site`: a browser sends it, and no script can set it. */
  readonly site: string | undefined;
  readonly authorization: string | undefined;
}

/** A refused request: the status, and what the answer says. */
export interface Refusal {
  readonly status: 400 | 401 | 403 | 404 | 405;
  readonly code: 'BAD_HOST' | 'BAD_ORIGIN' | 'BAD_METHOD' | 'LOCKED' | 'NOT_FOUND';
  readonly message: string;
  readonly hint: string;
}

/** A new key: 256 random bits, as text for an address. */
export function newKey(): string {
  return randomBytes(32).toString('base64url');
}

/** The paths that give data. All others are files of the page, which hold none. */
const DATA = '/api/';

/** @returns why the request is refused; undefined if it may be answered */
export function refusalOf(head: RequestHead, gate: Gate): Refusal | undefined {
  const names = hostsOf(gate);
  const tunnels = gate.allowedHosts.map((name) => name.toLowerCase());
  if (head.host === undefined || ![...names, ...tunnels].some((name) => isHost(head.host!, name)))
    return badHost(head.host, gate);
  if (head.method !== 'GET' && head.method !== 'HEAD') return badMethod(head.method);
  if (!isData(head.path)) return undefined;
  const origins = [
    ...names.map((name) => `http://${name}`),
    ...tunnels.flatMap((name) => [`http://${name}`, `https://${name}`]),
  ];
  if (head.origin !== undefined && !origins.some((origin) => isOrigin(head.origin!, origin)))
    return badOrigin(head.origin);
  if (head.site !== undefined && head.site !== 'same-origin') return badOrigin(head.site);
  return isKey(head.authorization, gate.key) ? undefined : locked(head.authorization);
}

/** Whether a path is of data: only those need the key. */
export function isData(path: string): boolean {
  return path.startsWith(DATA);
}

/** Every name that the server itself has, with its port. */
function hostsOf({ port, ownName = '127.0.0.1' }: Gate): string[] {
  return [...new Set(['127.0.0.1', 'localhost', ownName])].map((name) => `${name}:${port}`);
}

/** Whether Host says this `NAME:PORT`. Browsers leave out the usual port of http, and of https in front of a tunnel. */
function isHost(host: string, name: string): boolean {
  const given = host.toLowerCase();
  return given === name || given === name.replace(/:(80|443)$/, '');
}

/** Whether Origin says this one, which has a port. A browser leaves out the usual port of the scheme. */
function isOrigin(given: string, origin: string): boolean {
  return given === new URL(origin).origin;
}

/** The time that it takes tells nothing of the key: hashes are compared, which have one length. */
function isKey(authorization: string | undefined, key: string): boolean {
  return timingSafeEqual(hashOf(authorization ?? ''), hashOf(`Bearer ${key}`));
}

function hashOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function badHost(host: string | undefined, { port }: Gate): Refusal {
  return {
    status: 403,
    code: 'BAD_HOST',
    message: host === undefined ? 'The request names no host' : `This server is not asked under the name ${host}`,
    hint: `Use 127.0.0.1:${port}; for a tunnel start the studio with --allow-host NAME:PORT`,
  };
}

function badMethod(method: string): Refusal {
  return {
    status: 405,
    code: 'BAD_METHOD',
    message: `The studio only reads: it does not take ${method}`,
    hint: 'Ask with GET',
  };
}

function badOrigin(origin: string): Refusal {
  return {
    status: 403,
    code: 'BAD_ORIGIN',
    message: `A page of another site asked: ${origin}`,
    hint: 'Open the address that the studio printed',
  };
}

function locked(given: string | undefined): Refusal {
  return {
    status: 401,
    code: 'LOCKED',
    message: given === undefined ? 'The key is missing' : 'The key is not the one of this studio',
    hint: 'Open the address that the studio printed: it ends with the key',
  };
}
