import './app.css';
import { mount } from 'svelte';
import App from './App.svelte';
import { connect } from './app/connect';
import { settings } from './app/settings.svelte';

const [server] = await Promise.all([connect(), settings.apply()]);
const target = document.getElementById('app');
if (target) {
  mount(App, { target, props: { server } });
}
