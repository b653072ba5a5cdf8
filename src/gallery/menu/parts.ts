export { actEarly } from './act-early';
export { tileCommands } from './tile-commands';
