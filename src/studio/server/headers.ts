/** What every answer of the studio's server says to the browser beside its content. */

/** Only what the studio itself serves may be loaded, run or shown; no page may frame it, and no text may become a script. */
const CONTENT_POLICY = [
  "default-src 'none'",
  ...['script', 'style', 'connect', 'img', 'font'].map((kind) => `${kind}-src 'self'`),
  "form-action 'none'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "trusted-types 'none'",
  "require-trusted-types-for 'script'",
].join('; ');

export const SAFE_HEADERS: Readonly<Record<string, string>> = {
  'Content-Security-Policy': CONTENT_POLICY,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cache-Control': 'no-store',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
};
