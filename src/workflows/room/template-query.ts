import { locale } from '../../i18n/index.svelte';
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
