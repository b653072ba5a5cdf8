import './app.css';
import { mount } from 'svelte';
import App from './App.svelte';
import { connect } from './app/connect';
import { settings } from './app/settings.svelte';

if (['', '#', '#/'].includes(location.hash)) {
  history.replaceState(null, '', '#/gallery');
}

const [server] = await Promise.all([connect(), settings.apply()]);
const target = document.getElementById('app');
if (target) {
  mount(App, { target, props: { server } });
}
