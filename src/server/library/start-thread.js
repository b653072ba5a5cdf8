// A thread starts as plain JavaScript: this makes it understand TypeScript, as the server's own start does.
import { register } from 'tsx/esm/api';

register();
await import('./library-thread.ts');
