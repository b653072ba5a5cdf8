import './app.css';
import { mount } from 'svelte';
import App from './App.svelte';
import { connect } from './app/connect';
import { settings } from './app/settings.svelte';
import { report } from './base/report';

addEventListener('error', ({ error }) => report(error, 'page.error'));
addEventListener('unhandledrejection', ({ reason }) => report(reason, 'page.rejection'));

async function start(): Promise<void> {
  const [server] = await Promise.all([connect(), settings.apply()]);
  const target = document.getElementById('app');
  if (target) {
    mount(App, { target, props: { server } });
  }
}

void start();
