import { mount } from 'svelte';
import './styles/base.css';
import './styles/desk.css';
import './styles/wall.css';
import App from './shell/App.svelte';

const target = document.getElementById('app');
if (target !== null) mount(App, { target });
