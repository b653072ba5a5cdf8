export { tileCommands } from './tile-commands';
