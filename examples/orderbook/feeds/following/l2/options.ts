/** What the user says about levels, and what the check of them says. */

export interface L2Options {
  /** Decimals of the prices of all symbols, 0 to 18; see `scale.ts` for what they are otherwise. */
  readonly priceDecimals?: number | undefined;
  /** Decimals of the sizes of all symbols, 0 to 18. */
  readonly sizeDecimals?: number | undefined;
  /** The subscribed depth, where a recording of Kraken does not tell it. */
  readonly depth?: number | undefined;
  /** What the symbol is called of messages that name none. Without it: the only one of `symbols`, or so far, or `BOOK`. */
  readonly symbol?: string | undefined;
  /** The symbols to read; all of them if it is absent or empty. */
  readonly symbols?: readonly string[] | undefined;
}

/** What the checksums said. */
export interface ChecksumCount {
  /** How many were compared. */
  readonly checked: number;
  /** How many of them are not the book's. */
  readonly failed: number;
  /** Book messages whose checksum says nothing: OKX sends 0 since 2026-06-23. */
  readonly absent: number;
  /** The first of those that failed. */
  readonly first: {
    readonly path: string;
    readonly line: number;
    /** As unsigned numbers of 32 bits. */
    readonly given: number;
    readonly computed: number;
  } | null;
}
