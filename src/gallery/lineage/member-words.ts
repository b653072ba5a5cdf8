import { displayPath } from '../../comfy/file-ref';
import { t } from '../../i18n/index.svelte';
import type { GalleryItem } from '../../jobs/job-store.svelte';
import type { FamilyMember } from '../../jobs/library/family';
import { MERGE } from '../../workflows/darkroom-record';
import { recipeTitle } from '../../workflows/recipe-title';

/** What a picture is in its family, and a second line that tells it apart from its siblings. */
export function memberWords(
  member: FamilyMember,
  item: GalleryItem | undefined,
): { role: string; detail: string } {
  const recipe = item?.job.darkroom?.recipe;
  const name = recipe && recipe !== MERGE ? recipeTitle(recipe) : null;
  const kept = recipe === MERGE || (member.depth > 0 && member.children.length > 0);
  const role = member.depth === 0 ? t('lineage.original') : kept ? t('lineage.kept') : t('lineage.edit');
  return {
    role: name && member.depth > 0 ? `${role} · ${name}` : role,
    detail: item?.job.summary?.prompt?.replace(/\s+/g, ' ').trim() || displayPath(member.ref),
  };
}
