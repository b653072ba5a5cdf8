import axe from 'axe-core';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { render } from 'vitest-browser-svelte';
import { cdp, page, userEvent } from 'vitest/browser';
import { parseNodeInfo } from '../../comfy/object-info';
import { loadWords } from '../../i18n/index.svelte';
import type { ComfyContext } from '../../jobs/context';
import PromptPage from './fixtures/PromptPage.svelte';
import { promptBook } from './prompt-book.svelte';

const field = page.getByLabelText('Prompt', { exact: true });
const value = page.getByTestId('value');
const options = page.getByRole('option');

beforeAll(() => loadWords('prompt'));

beforeEach(() => {
  localStorage.clear();
});

/** A page with a prompt, on a server with two embeddings and a LoRA. */
async function open(text = '', setUp: (book: ReturnType<typeof promptBook>) => void = () => undefined) {
  const input = { required: { lora_name: [['ink.safetensors'], {}] } };
  const client = {
    server: { current: { routes: { userdata: false } }, onReconnect: () => () => undefined },
    embeddings: () => Promise.resolve(['bad-hands', 'easy']),
    nodeInfo: (name: string) =>
      Promise.resolve(name === 'LoraLoader' ? parseNodeInfo(name, { input }) : null),
  } as unknown as ComfyContext['client'];
  const book = promptBook(client);
  setUp(book);
  await render(PromptPage, { comfy: { client } as ComfyContext, text });
  await book.load();
  return book;
}

/** Puts the caret behind a word of the prompt. */
async function caretAfter(word: string): Promise<HTMLTextAreaElement> {
  await field.click();
  const element = field.element() as HTMLTextAreaElement;
  const at = element.value.indexOf(word) + word.length;
  element.setSelectionRange(at, at);
  return element;
}

describe('weights', () => {
  it('go up and down with Ctrl and the arrows, and undo takes them back', async () => {
    await open('a red door');
    const element = await caretAfter('re');
    await userEvent.keyboard('{Control>}{ArrowUp}{ArrowUp}{/Control}');
    await expect.element(value).toHaveTextContent('a (red:1.1) door');
    expect(element.value.slice(element.selectionStart, element.selectionEnd)).toBe('(red:1.1)');
    await userEvent.keyboard('{Control>}z{/Control}');
    await expect.element(value).toHaveTextContent('a (red:1.05) door');
    await userEvent.keyboard('{Control>}z{/Control}');
    await expect.element(value).toHaveTextContent('a red door');
    await userEvent.keyboard('{Control>}{Shift>}z{/Shift}{/Control}');
    await expect.element(value).toHaveTextContent('a (red:1.05) door');
    await userEvent.keyboard('{Control>}{ArrowDown}{/Control}');
    await expect.element(value).toHaveTextContent('a red door');
  });
});

describe('suggestions', () => {
  it('complete an embedding with the keyboard, and undo takes it back', async () => {
    await open();
    await field.click();
    await userEvent.keyboard('a embedding:');
    await expect.element(options.first()).toHaveTextContent('bad-hands');
    await expect.element(field).toHaveAttribute('aria-activedescendant', options.first().element().id);
    await userEvent.keyboard('{ArrowDown}{Enter}');
    await expect.element(value).toHaveTextContent('a embedding:easy');
    await expect.element(options).not.toBeInTheDocument();
    await expect.element(field).toHaveFocus();
    await userEvent.keyboard('{Control>}z{/Control}');
    await expect.element(value).toHaveTextContent('a embedding:');
  });

  it('complete LoRAs and wildcard lists', async () => {
    await open('', (book) => book.setList('colour', 'red'));
    await field.click();
    await userEvent.keyboard('<lo{Enter} __co{Tab}');
    await expect.element(value).toHaveTextContent('<lora:ink:1> __colour__');
  });

  it('offer phrases of earlier prompts, and leave Enter alone until one is chosen', async () => {
    await open('', (book) => book.use('prompt', 'golden hour, a cat'));
    await field.click();
    await userEvent.keyboard('gol');
    await expect.element(options.first()).toHaveTextContent('golden hour');
    await userEvent.keyboard('{Enter}gol');
    await expect.element(options.first()).toHaveTextContent('golden hour');
    await userEvent.keyboard('{ArrowDown}{Enter}');
    await expect.poll(() => (field.element() as HTMLTextAreaElement).value).toBe('gol\ngolden hour');
  });

  it('go with Escape, which reaches nothing else, and with the focus', async () => {
    await open();
    const escapes: string[] = [];
    const note = ({ key }: KeyboardEvent): number => escapes.push(key);
    window.addEventListener('keydown', note);
    await field.click();
    await userEvent.keyboard('embedding:');
    await expect.element(options.first()).toBeVisible();
    escapes.length = 0;
    await userEvent.keyboard('{Escape}');
    await expect.element(options).not.toBeInTheDocument();
    expect(escapes).toEqual([]);
    await userEvent.keyboard('b');
    await expect.element(options.first()).toBeVisible();
    (field.element() as HTMLElement).blur();
    await expect.element(options).not.toBeInTheDocument();
    window.removeEventListener('keydown', note);
  });

  it('are taken by touch, and the keyboard of the phone stays', async () => {
    await open();
    await field.click();
    await userEvent.keyboard('embedding:');
    await expect.element(options.first()).toBeVisible();
    const box = options.nth(1).element().getBoundingClientRect();
    const frame = window.frameElement?.getBoundingClientRect() ?? { left: 0, top: 0 };
    const touchPoints = [{ x: frame.left + box.left + 20, y: frame.top + box.top + 10 }];
    await cdp().send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints });
    await cdp().send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
    await expect.element(value).toHaveTextContent('embedding:easy');
    await expect.element(field).toHaveFocus();
  });

  it('stand below what is being typed', async () => {
    await open('one line\nand another');
    const element = await caretAfter('another');
    await userEvent.keyboard(', embedding:');
    await expect.element(page.getByRole('listbox')).toBeVisible();
    const list = page.getByRole('listbox').element().getBoundingClientRect();
    const line = parseFloat(getComputedStyle(element).lineHeight);
    const second = element.getBoundingClientRect().top + 6 + 2 * line;
    expect(Math.abs(list.top - second - 4)).toBeLessThan(4);
    expect(list.left).toBeGreaterThan(element.getBoundingClientRect().left + 60);
  });
});

describe('an input method', () => {
  it('is left alone: its keys, its text, and the list comes after it', async () => {
    await open('', (book) => book.use('prompt', '一扇红门'));
    await field.click();
    const element = field.element() as HTMLTextAreaElement;
    const events: string[] = [];
    for (const type of ['compositionstart', 'compositionend'] as const) {
      element.addEventListener(type, () => events.push(type));
    }
    const compose = (text: string): Promise<unknown> =>
      cdp().send('Input.imeSetComposition', { text, selectionStart: text.length, selectionEnd: text.length });
    await compose('y');
    await compose('yi');
    await compose('一');
    await expect.element(value).toHaveTextContent('一');
    await expect.element(options).not.toBeInTheDocument();
    // These choose among the characters an input method offers.
    for (const key of ['ArrowDown', 'Enter', 'Tab']) {
      const event = new KeyboardEvent('keydown', { key, isComposing: true, bubbles: true, cancelable: true });
      element.dispatchEvent(event);
      expect(event.defaultPrevented).toBe(false);
    }
    const weigh = { key: 'ArrowUp', ctrlKey: true, isComposing: true, bubbles: true, cancelable: true };
    element.dispatchEvent(new KeyboardEvent('keydown', weigh));
    expect(events).toEqual(['compositionstart']);
    await cdp().send('Input.insertText', { text: '一' });
    await expect.poll(() => events).toEqual(['compositionstart', 'compositionend']);
    await expect.element(options.first()).toHaveTextContent('一扇红门');
    expect(element.value).toBe('一');
    await userEvent.keyboard('{ArrowDown}{Enter}');
    await expect.element(value).toHaveTextContent('一扇红门');
  });
});

describe('what is sent', () => {
  it('is told where it is not what is typed, and another throw gives another', async () => {
    await open('{a|b|c|d|e|f|g|h|i|j|k|l|m|n|o|p} door');
    const sent = page.getByTestId('sent');
    await expect.element(sent).toHaveTextContent(/^[a-p] door$/);
    const before = sent.element().textContent;
    await expect
      .poll(async () => {
        await page.getByRole('button', { name: 'Throw the dice again' }).click();
        return sent.element().textContent;
      })
      .not.toBe(before);
    await field.fill('a door');
    await expect.element(sent).not.toBeInTheDocument();
    await field.fill('a door // later');
    await expect.element(sent).toHaveTextContent('a door');
    await expect.element(page.getByRole('button', { name: 'Throw the dice again' })).not.toBeInTheDocument();
  });

  it('names lists that nobody made', async () => {
    await open('__nope__ door');
    await expect.element(page.getByText('There is no wildcard list called nope')).toBeVisible();
  });
});

describe('recent prompts', () => {
  it('replace the text or go into it, and undo takes that back', async () => {
    await open('a door', (book) => book.use('prompt', 'a red cat'));
    await caretAfter('a');
    await page.getByRole('button', { name: 'Recent prompts and favourites' }).click();
    await page.getByRole('button', { name: 'a red cat' }).click();
    await expect.element(value).toHaveTextContent(/^a red cat$/);
    await expect.element(field).toHaveFocus();
    await userEvent.keyboard('{Control>}z{/Control}');
    await expect.element(value).toHaveTextContent(/^a door$/);
    await caretAfter('a ');
    await page.getByRole('button', { name: 'Recent prompts and favourites' }).click();
    await page.getByRole('button', { name: 'Insert at the cursor' }).click();
    await expect.element(value).toHaveTextContent(/^a a red catdoor$/);
  });

  it('are searched, starred and forgotten', async () => {
    const book = await open('', (made) => {
      made.use('prompt', 'a red cat');
      made.use('prompt', 'a blue door');
      made.use('negative', 'fog');
    });
    await page.getByRole('button', { name: 'Recent prompts and favourites' }).click();
    const list = page.getByRole('dialog', { name: 'Recent prompts' });
    await expect.element(list.getByRole('listitem')).toHaveLength(2);
    await expect.element(list).toBeVisible();
    expect((await axe.run(list.element())).violations.map(({ id }) => id)).toEqual([]);
    await list.getByRole('searchbox').fill('CAT');
    await expect.element(list.getByRole('listitem')).toHaveLength(1);
    await list.getByRole('button', { name: 'Add to favourites' }).click();
    await expect.element(list.getByRole('heading', { name: 'Favourites' })).toBeVisible();
    await list.getByRole('button', { name: 'Forget this prompt' }).click();
    await expect.element(list.getByText('No prompt contains “CAT”.')).toBeVisible();
    expect(book.prompts('prompt').map(({ text }) => text)).toEqual(['a blue door']);
  });
});

describe('wildcard lists', () => {
  const dialog = page.getByRole('dialog', { name: 'Wildcard lists' });
  const sent = page.getByTestId('sent');

  it('are made where a prompt names one that is missing', async () => {
    await open('__colour__ door');
    await page.getByRole('button', { name: 'Make the list' }).click();
    await expect.element(dialog.getByLabelText('Name')).toHaveValue('colour');
    await dialog.getByRole('button', { name: 'Save the list' }).click();
    await expect.element(dialog.getByText('Write at least one line.')).toBeVisible();
    await dialog.getByLabelText('Lines, one choice each').fill('# a remark\nred');
    expect((await axe.run(dialog.element())).violations.map(({ id }) => id)).toEqual([]);
    await dialog.getByRole('button', { name: 'Save the list' }).click();
    await expect.element(dialog.getByText('__colour__')).toBeVisible();
    await expect.element(dialog.getByText('1 line', { exact: true })).toBeVisible();
    expect((await axe.run(dialog.element())).violations.map(({ id }) => id)).toEqual([]);
    await userEvent.keyboard('{Escape}');
    await expect.element(dialog).not.toBeInTheDocument();
    await expect.element(sent).toHaveTextContent('red door');
  });

  it('are renamed, deleted, and imported from text files', async () => {
    const book = await open('', (made) => made.setList('colour', 'red'));
    await page.getByRole('button', { name: 'Recent prompts and favourites' }).click();
    await page.getByRole('button', { name: 'Wildcard lists' }).click();
    await expect.element(dialog).toBeVisible();
    await dialog.getByRole('button', { name: 'Edit colour' }).click();
    await dialog.getByLabelText('Name').fill('hair/colour');
    await userEvent.keyboard('{Enter}');
    await expect.element(dialog.getByText('__hair/colour__')).toBeVisible();
    expect(book.lists).toEqual([{ name: 'hair/colour', text: 'red' }]);
    const input = dialog.element().querySelector<HTMLInputElement>('input[type="file"]');
    await userEvent.upload(input as HTMLInputElement, [
      new File(['oak\nsteel'], 'door.txt', { type: 'text/plain' }),
      new File([''], 'nothing.txt', { type: 'text/plain' }),
    ]);
    await expect.element(dialog.getByText('__door__')).toBeVisible();
    await dialog.getByRole('button', { name: 'Delete hair/colour' }).click();
    await expect.element(dialog.getByText('__hair/colour__')).not.toBeInTheDocument();
    expect(book.lists).toEqual([{ name: 'door', text: 'oak\nsteel' }]);
    await userEvent.keyboard('{Escape}');
    await expect.element(dialog).not.toBeInTheDocument();
  });
});

describe('the page', () => {
  it('is accessible, with and without suggestions', async () => {
    await open('{a|b} door ');
    const faults = async (): Promise<string[]> =>
      (await axe.run(page.getByRole('main').element())).violations.map(({ id }) => id);
    expect(await faults()).toEqual([]);
    await caretAfter('door ');
    await userEvent.keyboard('embedding:');
    await expect.element(options.first()).toBeVisible();
    expect(await faults()).toEqual([]);
  });
});
