/**
 * The token that somebody signs in with. It comes in the address's fragment, which no server ever sees, leaves the address at once,
 * and is kept for this tab alone; a wall keeps its own (`kind`), so that a room's display and its owner's tab are two.
 */

const KEY = 'daybook.token';

export type TokenKind = 'member' | 'room';

export function isToken(text: string): boolean {
  return /^dbk_[A-Za-z0-9_-]{20,100}$/.test(text);
}

/** Takes `#token=dbk_…` out of the address; else what this tab has kept. */
export function takeToken(kind: TokenKind, location: Location = window.location): string | undefined {
  const parameters = new URLSearchParams(location.hash.slice(1));
  const given = parameters.get('token');
  if (given !== null) {
    parameters.delete('token');
    const rest = parameters.toString();
    window.history.replaceState(null, '', location.pathname + location.search + (rest ? `#${rest}` : ''));
    if (isToken(given)) keepToken(kind, given);
  }
  return window.sessionStorage.getItem(`${KEY}.${kind}`) ?? undefined;
}

export function keepToken(kind: TokenKind, token: string): void {
  window.sessionStorage.setItem(`${KEY}.${kind}`, token);
}

export function dropToken(kind: TokenKind): void {
  window.sessionStorage.removeItem(`${KEY}.${kind}`);
}
