/** Ids: UUIDs as text, and the keys of rows (schema/PROTOCOL.md, "Views"). */

export const NIL = '00000000-0000-0000-0000-000000000000';

function dashed(hex: string): string {
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** `count` random bytes as hex digits: what a command with words needs as its seed (32 bytes). */
export function randomHex(count: number): string {
  return toHex(crypto.getRandomValues(new Uint8Array(count)));
}

/** A new id: a UUID of version 7 (RFC 9562). */
export function newId(now: number = Date.now()): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  for (let i = 5, rest = now; i >= 0; --i, rest = Math.floor(rest / 256)) bytes[i] = rest % 256;
  bytes[6] = 0x70 | ((bytes[6] ?? 0) & 0x0f);
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f);
  return dashed(toHex(bytes));
}

/** The key of a row that is no entity's: `kind` is the ordinal of the row's union member. */
export function keyOf(kind: number, low: number | bigint): string {
  const words = (BigInt(kind) << 64n) | BigInt.asUintN(64, BigInt(low));
  return dashed(words.toString(16).padStart(32, '0'));
}

/** A currency's letters as a number, the first highest. */
export function currencyNumber(currency: string | undefined): number {
  return Array.from(currency ?? '').reduce((sum, letter) => sum * 256 + letter.charCodeAt(0), 0);
}
