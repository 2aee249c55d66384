/** New tokens are made here: the server learns the hash alone, and the token is shown once (schema/parts/workspace.capnp). */

import { toHex } from './id';

export interface MadeToken {
  /** `dbk_…`: shown once, kept nowhere. */
  token: string;
  /** SHA-256 of it, as hex. */
  hash: string;
}

export async function makeToken(): Promise<MadeToken> {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  const base64 = btoa(String.fromCharCode(...bytes));
  const token = `dbk_${base64.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')}`;
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(token));
  return { token, hash: toHex(new Uint8Array(digest)) };
}
