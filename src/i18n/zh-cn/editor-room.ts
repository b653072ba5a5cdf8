import { edits } from './edits';
import { editor } from './editor';
import { errand } from './errand';
import { families } from './families';
import { inpaint } from './inpaint';
import { prompt } from './prompt';
import { surgery } from './surgery';
import { tools } from './tools';

/** What only the editor says, loaded with it. */
export const editorRoom = { edits, editor, errand, families, inpaint, prompt, surgery, tools };
