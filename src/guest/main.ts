import '../app.css';
import { mount } from 'svelte';
import { readAddress } from './guest-address';
import Guest from './Guest.svelte';
import { speak } from './guest-words.svelte';

async function start(): Promise<void> {
  await speak();
  const target = document.getElementById('app');
  if (target) {
    mount(Guest, { target, props: { address: readAddress(location.pathname) } });
  }
}

void start();
