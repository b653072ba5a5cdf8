import { type Question, SearchEngine } from './search-engine';

const engine = new SearchEngine();

addEventListener('message', (event: MessageEvent<Question>) => {
  const answer = engine.answer(event.data);
  postMessage(answer, { transfer: answer.type === 'found' ? [answer.found.buffer] : [] });
});
