export { randomSeed } from '../comfy/graph-seeds';
