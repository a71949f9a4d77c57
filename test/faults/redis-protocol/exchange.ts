/** Sends a stream over a connection, and gives every byte that comes back until the server closes it. */
import { connect } from 'node:net';

/** A server that has not closed a connection in this time hangs. Two loaded cores are slow. */
const PATIENCE_MS = 30_000;

export interface Answer {
  /** As latin1 text. */
  readonly text: string;
  /** Whether the server had closed the connection before we had sent everything. Some of the text may be lost then. */
  readonly isCut: boolean;
}

/**
 * Sends the pieces one after the other, and then closes our half. Rejects when the connection cannot be made, or the server
 * does not close it.
 *
 * @param path of a socket in the file system
 */
export function exchange(path: string, pieces: readonly Buffer[]): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const replies: Buffer[] = [];
    const socket = connect(path);
    const patience = setTimeout(() => {
      socket.destroy();
      reject(new Error('the server has not closed the connection'));
    }, PATIENCE_MS);
    let isConnected = false;
    let isCut = false;
    let next = 0;
    const send = (): void => {
      if (socket.destroyed || !socket.writable) return;
      const piece = pieces[next++];
      if (piece === undefined) socket.end();
      // The server reads each piece by itself, because the next one follows in a later turn.
      else socket.write(piece, () => setImmediate(send));
    };
    socket.on('connect', () => {
      isConnected = true;
      send();
    });
    socket.on('data', (chunk) => replies.push(chunk));
    socket.on('error', (error) => {
      // A server that closes a connection with unread input resets it.
      isCut = true;
      if (isConnected) return;
      clearTimeout(patience);
      reject(error);
    });
    socket.on('close', () => {
      clearTimeout(patience);
      if (isConnected) resolve({ text: Buffer.concat(replies).toString('latin1'), isCut });
    });
  });
}
