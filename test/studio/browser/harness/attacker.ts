/**
 * A site of somebody else, and a studio without its guards: attacks start from the one, and must succeed against the other. So a
 * test of an attack shows that the attack works where nothing stops it.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Site {
  /** `http://localhost:PORT`: another site than 127.0.0.1. */
  readonly origin: string;
  close(): void;
}

async function listening(server: Server, name: string): Promise<Site> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = (): void => {
    server.closeAllConnections();
    server.close();
  };
  return { origin: `http://${name}:${(server.address() as AddressInfo).port}`, close };
}

/** Serves these pages by their paths, without any rule. */
export function openSite(pages: Readonly<Record<string, string>>): Promise<Site> {
  const server = createServer((request, response) => {
    const page = pages[new URL(request.url!, 'http://x').pathname];
    response.statusCode = page === undefined ? 204 : 200;
    response.setHeader('Content-Type', 'text/html; charset=utf-8');
    response.end(page);
  });
  return listening(server, 'localhost');
}

const PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"></svg>';

/** What the studio would be without its guards: it gives its data to everybody, and lets itself be framed. */
export function openUnguarded(): Promise<Site> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url!, 'http://x');
    response.setHeader('Access-Control-Allow-Origin', '*');
    response.setHeader('Access-Control-Allow-Headers', '*');
    if (pathname === '/icon.svg') response.setHeader('Content-Type', 'image/svg+xml').end(PICTURE);
    else if (pathname.startsWith('/api/'))
      response.setHeader('Content-Type', 'application/json').end('{"path":"secret"}');
    else
      response.setHeader('Content-Type', 'text/html').end('<!doctype html><title>framed</title><p>refold studio</p>');
  });
  return listening(server, '127.0.0.1');
}
