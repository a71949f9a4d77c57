/** The driver of PostgreSQL, as far as tests use it: its package has no types. */
declare module 'pg' {
  export class Client {
    constructor(options: string | object);
    connect(): Promise<void>;
    query(text: string, values?: readonly unknown[]): Promise<{ readonly rows: readonly any[] }>;
    end(): Promise<void>;
    on(event: 'error', listener: () => void): void;
  }
  const pg: { readonly Client: typeof Client };
  export default pg;
}
