/** What answers are written to: stdout, or a file that appears when it is complete and is never a book. */
import { once } from 'node:events';
import { closeSync, createWriteStream, openSync, readSync, renameSync, rmSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { RefoldError } from 'refold';

/** Text that is written in pieces of so many characters. */
const PIECE = 65_536;

/** Takes text. Await what `room` gives, if it gives something: then the reader is behind. */
export interface Sink extends AsyncDisposable {
  write(text: string): void;
  room(): Promise<void> | undefined;
  end(): Promise<void>;
}

/** A stream, written in large pieces. */
class Pieces {
  readonly #stream: NodeJS.WritableStream;
  #text = '';
  #isFull = false;

  constructor(stream: NodeJS.WritableStream) {
    this.#stream = stream;
  }

  write(text: string): void {
    this.#text += text;
    if (this.#text.length >= PIECE) this.flush();
  }

  flush(): void {
    if (this.#text !== '' && !this.#stream.write(this.#text)) this.#isFull = true;
    this.#text = '';
  }

  room(): Promise<void> | undefined {
    if (!this.#isFull) return undefined;
    this.#isFull = false;
    return once(this.#stream, 'drain').then(() => {});
  }
}

export class StdoutSink implements Sink {
  readonly #pieces = new Pieces(process.stdout);

  constructor() {
    // It stays, because the error of the last write comes after it; and there is one, however many answers there are.
    process.stdout.off('error', endQuietly).once('error', endQuietly);
  }

  write(text: string): void {
    this.#pieces.write(text);
  }

  room(): Promise<void> | undefined {
    return this.#pieces.room();
  }

  async end(): Promise<void> {
    this.#pieces.flush();
    await this.#pieces.room();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#pieces.flush();
  }
}

/** The reader of a pipe, such as `head`, has what it wanted. */
function endQuietly(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
}

/** A file that has its name only when it is complete. */
export class FileSink implements Sink {
  readonly #path: string;
  readonly #unfinished: string;
  readonly #stream: ReturnType<typeof createWriteStream>;
  readonly #pieces: Pieces;
  /** Also when the process is told to end. */
  readonly #remove = (): void => rmSync(this.#unfinished, { force: true });
  #failure: unknown;
  #isDone = false;

  constructor(path: string, book: string) {
    requireOtherFile(path, book);
    requireNoDatabase(path);
    this.#path = path;
    this.#unfinished = `${path}.${process.pid}.unfinished`;
    this.#stream = createWriteStream(this.#unfinished, { flags: 'wx' });
    this.#stream.on('error', (error) => {
      this.#failure ??= error;
    });
    this.#pieces = new Pieces(this.#stream);
    process.once('exit', this.#remove);
  }

  write(text: string): void {
    if (this.#failure !== undefined) throw this.#unwritable();
    this.#pieces.write(text);
  }

  room(): Promise<void> | undefined {
    return this.#pieces.room()?.catch((cause: unknown) => {
      this.#failure ??= cause;
      throw this.#unwritable();
    });
  }

  async end(): Promise<void> {
    this.#pieces.flush();
    try {
      await new Promise<void>((resolve, reject) => {
        this.#stream.once('error', reject);
        this.#stream.end(resolve);
      });
      if (this.#failure !== undefined) throw this.#failure;
      renameSync(this.#unfinished, this.#path);
      this.#isDone = true;
      process.off('exit', this.#remove);
    } catch (error) {
      this.#failure ??= error;
      throw this.#unwritable();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isDone) return;
    await new Promise<void>((resolve) => {
      this.#stream.once('close', () => resolve());
      this.#stream.destroy();
      if (this.#stream.closed) resolve();
    });
    process.off('exit', this.#remove);
    this.#remove();
  }

  #unwritable(): RefoldError {
    const { message } = this.#failure as Error;
    return new RefoldError('INVALID_OPTION', `Cannot write ${this.#path}: ${message}`, {
      path: this.#path,
      type: '--out',
      hint: 'Name a file in a folder that exists and that you may write to',
      cause: this.#failure,
    });
  }
}

/** The book is open here. It must not even be read as a file: closing it would drop the locks that SQLite holds. */
function requireOtherFile(path: string, book: string): void {
  const own = statSync(book, { throwIfNoEntry: false });
  const other = statSync(path, { throwIfNoEntry: false });
  const isSame = other !== undefined && own?.ino === other.ino && own.dev === other.dev;
  if (isSame || resolve(path).startsWith(`${resolve(book)}-`)) {
    throw new RefoldError('INVALID_OPTION', `Cannot write ${path}: it is the book, or a file beside it`, {
      path,
      type: '--out',
      hint: 'Name another file',
    });
  }
}

const SQLITE = 'SQLite format 3';

/** A book must not be written over by what is known of it. */
function requireNoDatabase(path: string): void {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    return; // it does not exist, or writing will say what is wrong with it
  }
  try {
    const head = Buffer.alloc(SQLITE.length);
    readSync(file, head, 0, SQLITE.length, 0);
    if (head.toString('latin1') !== SQLITE) return;
  } catch {
    return; // a folder, for instance
  } finally {
    closeSync(file);
  }
  throw new RefoldError('INVALID_OPTION', `Cannot write ${path}: it is a database, perhaps a book`, {
    path,
    type: '--out',
    hint: 'Name another file',
  });
}
