/** Makes a project of the address live for as long as a page shows it: clock, sleep, presence, moment. */

import { onMount } from 'svelte';
import { Project, type ProjectOptions } from '../client/project.svelte';
import { SLEPT } from '../client/freshness';

const TICK = 250;

/** For a component's script: starts with it, stops with it. */
export function follow(options: ProjectOptions): Project {
  const project = new Project(options);
  onMount(() => {
    project.start();
    let last = Date.now();
    const timer = setInterval(() => {
      const now = Date.now();
      project.now = now;
      if (now - last > SLEPT) project.wake();
      last = now;
    }, TICK);
    const online = (): void => {
      project.tryNow();
    };
    window.addEventListener('online', online);
    return () => {
      clearInterval(timer);
      window.removeEventListener('online', online);
      project.stop();
    };
  });
  return project;
}
