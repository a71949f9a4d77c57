/** Finds a port: the wanted one, or the next that is free. */
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { RefoldError } from '../../index.ts';

/** The studio's usual port. */
const STUDIO_PORT = 7336;
/** How many ports after the usual one are tried. */
const TRIED_PORTS = 100;

/**
 * Listens on the port, or on the next free one if none was asked for.
 *
 * @param port asked for; undefined for the usual one or the next free one; 0 for any free one
 * @returns the port
 * @throws RefoldError `INVALID_OPTION` if it cannot listen there
 */
export async function listen(server: Server, host: string, port: number | undefined): Promise<number> {
  if (port !== undefined) return listenOn(server, host, port);
  for (let tried = 0; ; tried++) {
    try {
      return await listenOn(server, host, STUDIO_PORT + tried);
    } catch (error) {
      if (tried >= TRIED_PORTS || !isTaken(error)) throw error;
    }
  }
}

async function listenOn(server: Server, host: string, port: number): Promise<number> {
  try {
    server.listen({ host, port, exclusive: true });
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const why = code === 'EADDRINUSE' ? 'another program listens there' : message;
    throw new RefoldError('INVALID_OPTION', `Cannot listen on ${host}:${port}: ${why}`, {
      type: code === 'EADDRINUSE' || code === 'EACCES' ? 'port' : 'host',
      hint: 'Choose another port with --port, or leave it out: then the next free one is taken',
      cause,
    });
  }
}

function isTaken(error: unknown): boolean {
  const { cause } = error as { readonly cause?: NodeJS.ErrnoException };
  return cause?.code === 'EADDRINUSE';
}
