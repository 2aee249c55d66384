/** The address: which page, of which project, at which moment. It leads back to exactly that. */

import { SvelteURL } from 'svelte/reactivity';

export type Place =
  | { page: 'projects' }
  | { page: 'room'; project: string }
  | { page: 'part'; project: string; part: string; entity: string | undefined };

export interface Route {
  place: Place;
  /** The version looked at; undefined: now. */
  at: number | undefined;
  /** The version compared with. */
  compare: number | undefined;
}

function version(text: string | null): number | undefined {
  return text !== null && /^[1-9][0-9]{0,15}$/.test(text) ? Number(text) : undefined;
}

export function parseRoute(url: URL): Route {
  const [first, project, part, entity] = url.pathname.split('/').filter(Boolean).map(decodeURIComponent);
  const moment = { at: version(url.searchParams.get('at')), compare: version(url.searchParams.get('compare')) };
  if (first === 'room' && project !== undefined) return { place: { page: 'room', project }, ...moment };
  if (first === 'p' && project !== undefined) {
    return { place: { page: 'part', project, part: part ?? '', entity }, ...moment };
  }
  return { place: { page: 'projects' }, ...moment };
}

export function address(route: Route): string {
  const { place } = route;
  const path =
    place.page === 'projects'
      ? '/'
      : place.page === 'room'
        ? `/room/${encodeURIComponent(place.project)}`
        : ['/p', place.project, place.part, place.entity]
            .filter(Boolean)
            .map((each, i) => (i === 0 ? each : encodeURIComponent(String(each))))
            .join('/');
  const query = new URLSearchParams();
  if (route.at !== undefined) query.set('at', String(route.at));
  if (route.compare !== undefined) query.set('compare', String(route.compare));
  const text = query.toString();
  return text ? `${path}?${text}` : path;
}

class Router {
  route = $state.raw<Route>(parseRoute(new URL(window.location.href)));

  constructor() {
    window.addEventListener('popstate', () => {
      this.route = parseRoute(new SvelteURL(window.location.href));
    });
  }

  go(route: Route, replace = false): void {
    const to = address(route);
    if (to !== window.location.pathname + window.location.search) {
      if (replace) window.history.replaceState(null, '', to);
      else window.history.pushState(null, '', to);
    }
    this.route = route;
  }
  /** Another page of the same project, at the same moment. */
  part(part: string, entity?: string): void {
    const { place } = this.route;
    if (place.page === 'part') this.go({ ...this.route, place: { ...place, part, entity } });
  }
  at(version: number | undefined, compare: number | undefined = undefined): void {
    this.go({ ...this.route, at: version, compare }, true);
  }
  /** The address of a page of the project at hand. */
  href(part: string, entity?: string): string {
    const { place } = this.route;
    return place.page === 'part' ? address({ ...this.route, place: { ...place, part, entity } }) : '/';
  }
}

export const router = new Router();

/** Links inside the page change the page, not the document. */
export function followLinks(event: MouseEvent): void {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey)
    return;
  const link = (event.target as Element | null)?.closest('a');
  if (link === null || link === undefined || link.target !== '' || link.origin !== window.location.origin) return;
  event.preventDefault();
  router.go(parseRoute(new URL(link.href)));
}
