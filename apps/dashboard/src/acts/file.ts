/** What is recorded of a file: its name, size and SHA-256. The file itself stays where it is. */

import { toHex } from '../client/id';
import type { FileFacts } from './fields';

export async function factsOf(file: File): Promise<FileFacts> {
  const digest = await crypto.subtle.digest('SHA-256', await file.arrayBuffer());
  return { name: file.name, sha256: toHex(new Uint8Array(digest)), bytes: file.size };
}
