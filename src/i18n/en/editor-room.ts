import { editor } from './editor';
import { inpaint } from './inpaint';
import { tools } from './tools';

/** What only the editor says, loaded with it. */
export const editorRoom = { editor, inpaint, tools };
