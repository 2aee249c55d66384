/** Makes a project of the address live for as long as a page shows it: clock, sleep, presence, moment. */

import { onMount } from 'svelte';
import { Project, type ProjectOptions } from '../client/project.svelte';

const TICK = 250;

/** For a component's script: starts with it, stops with it. */
export function follow(options: ProjectOptions): Project {
  const project = new Project(options);
  onMount(() => {
    project.start();
    const tick = (): void => {
      project.tick();
    };
    const timer = setInterval(tick, TICK);
    const online = (): void => {
      project.tryNow();
    };
    window.addEventListener('online', online);
    document.addEventListener('visibilitychange', tick);
    return () => {
      clearInterval(timer);
      window.removeEventListener('online', online);
      document.removeEventListener('visibilitychange', tick);
      project.stop();
    };
  });
  return project;
}
