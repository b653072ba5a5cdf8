import { locale } from '../../i18n/index.svelte';
import { type Blueprint, type BlueprintClient, listBlueprints } from './source/blueprints';
import { listTemplates, type TemplateClient, type TemplateGroup } from './source/templates';

/** How the templates of a server are asked for, once for all who need them, in the language in use. */
export function templateQuery(client: TemplateClient) {
  const language = locale();
  return {
    queryKey: ['workflow-templates', language],
    queryFn: ({ signal }: { signal: AbortSignal }): Promise<TemplateGroup[]> =>
      listTemplates(client, language, signal),
    staleTime: 10 * 60_000,
  };
}

/** How the subgraphs of a server are asked for. */
export function blueprintQuery(client: BlueprintClient) {
  return {
    queryKey: ['workflow-blueprints'],
    queryFn: ({ signal }: { signal: AbortSignal }): Promise<Blueprint[]> => listBlueprints(client, signal),
    staleTime: 10 * 60_000,
  };
}
