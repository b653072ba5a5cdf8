import { expect, it } from 'vitest';
import { routeToFault } from './go-to-fault';

const graph = {
  ckpt: { class_type: 'CheckpointLoaderSimple', inputs: { ckpt_name: 'gone.safetensors' } },
  blend: { class_type: 'ImageCompositeMasked', inputs: { resize_source: false } },
};
const file = (filename: string): object => ({ filename, subfolder: '', type: 'input' });
const darkroom = {
  recipe: 'inpaint',
  parent: file('dog.png'),
  mask: file('mask.png'),
  values: { ckpt_name: 'gone.safetensors' },
};
const at = (nodeId: string, inputName: string) => ({ nodeId, inputName, cause: null });
const editor = '/edit?filename=dog.png&subfolder=&type=input&job=j&field=ckpt_name';
const form = '/workflows/open/job?id=j&node=';

it('leads to the editor for what its form decides', () => {
  const job = { graph, pngInfo: { darkroom } as never };
  expect(routeToFault('j', job, at('ckpt', 'ckpt_name'))).toBe(editor);
});

it('leads to the whole graph as a form for anything else', () => {
  const job = { graph, pngInfo: { darkroom } as never };
  expect(routeToFault('j', job, at('blend', 'resize_source'))).toBe(`${form}blend&input=resize_source`);
  expect(routeToFault('j', { graph, pngInfo: {} }, at('ckpt', 'ckpt_name'))).toBe(
    `${form}ckpt&input=ckpt_name`,
  );
  expect(routeToFault('j', job, at('none', 'x'))).toBe('/workflows/open/job?id=j');
});
