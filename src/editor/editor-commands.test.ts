import { describe, expect, it } from 'vitest';
import { conflictsAmong } from '../ui/keymap';
import { editorCommands } from './editor-commands';
import type { EditorRoom } from './editor-room.svelte';
import { EDITOR_KEYS, commandId } from './input/shortcuts';

/** Commands ask the room for nothing before they are run or shown. */
const room = { session: {}, staging: {} } as unknown as EditorRoom;

describe('the commands of the editor', () => {
  const commands = editorCommands(room);

  it('give no key two meanings', () => {
    const pairs = conflictsAmong(commands).map(([a, b, shortcut]) => `${shortcut}: ${a.id} ${b.id}`);
    expect(pairs).toEqual([]);
  });

  it('list every key the session handles, so that each is shown and can be changed', () => {
    const listed = new Set(commands.map(({ id }) => id));
    expect(EDITOR_KEYS.map(({ command }) => commandId(command)).filter((id) => !listed.has(id))).toEqual([]);
  });

  it('have about fifty keys', () => {
    expect(commands.filter(({ shortcuts }) => (shortcuts?.length ?? 0) > 0).length).toBeGreaterThan(44);
  });
});
