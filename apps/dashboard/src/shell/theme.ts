/** Both themes follow the system on the desk; a wall's is set in its address (`?theme=light`), dark if it says nothing. */

const system = window.matchMedia('(prefers-color-scheme: dark)');
let wall = false;

function apply(): void {
  const wanted = new URLSearchParams(window.location.search).get('theme');
  const theme = wanted === 'dark' || wanted === 'light' ? wanted : wall || system.matches ? 'dark' : 'light';
  document.documentElement.dataset.theme = theme;
}

export function applyTheme(isWall: boolean): void {
  wall = isWall;
  apply();
}
system.addEventListener('change', apply);
