/** Passwords are kept as SHA-256 hashes, and compared in a time that tells nothing about them. */
import { createHash, timingSafeEqual } from 'node:crypto';

/** In lower-case hexadecimal. @param password latin1 text */
export function hashPassword(password: string): string {
  return createHash('sha256').update(password, 'latin1').digest('hex');
}

export function isPasswordHash(text: string): boolean {
  return /^[\da-f]{64}$/.test(text);
}

/** Whether one of the hashes is that of the password. Every one is compared. */
export function isOneOf(hashes: Iterable<string>, password: string): boolean {
  const given = Buffer.from(hashPassword(password));
  let isSame = false;
  for (const hash of hashes) isSame = timingSafeEqual(Buffer.from(hash), given) || isSame;
  return isSame;
}
