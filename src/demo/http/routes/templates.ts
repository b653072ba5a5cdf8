import sharp from 'sharp';
import type { EngineState } from '../../engine-state';
import { drawSamples } from '../../samples/draw';
import { editorWorkflow } from '../../templates/editor-workflow';
import { DEMO_TEMPLATES, type DemoTemplate } from '../../templates/templates';
import { type Answer, json, routerError } from '../responses';
import type { Router } from '../router';

/** Edge lengths of a template's picture, px. */
const PICTURE = { width: 400, height: 300 };

/**
 * /templates: a static folder of ComfyUI, not below /api, with an index in each language, and a workflow and a
 * picture for each template. Pictures come as octet-stream, as from the real server.
 */
export function addTemplateRoutes(router: Router, state: EngineState): void {
  router.addBare('GET', '/templates/{file}', async ({ params }) => {
    const answer = await templateFile(params.file ?? '', state);
    return answer
      ? { ...answer, headers: { ...answer.headers, 'Cache-Control': 'public, max-age=86400' } }
      : routerError(404);
  });
}

async function templateFile(file: string, state: EngineState): Promise<Answer | null> {
  if (file === 'index.json' || file === 'index.zh.json') {
    return { ...json(templateIndex(file === 'index.json' ? 'en' : 'zh')) };
  }
  const all = DEMO_TEMPLATES.flatMap(({ templates }) => templates);
  const workflow = all.find(({ name }) => file === `${name}.json`);
  if (workflow) {
    return json(editorWorkflow(workflow.graph, state.classes, state.scope));
  }
  const pictured = all.find(({ name }) => file === `${name}-1.webp`);
  return pictured ? picture(pictured) : null;
}

function templateIndex(language: 'en' | 'zh'): object[] {
  return DEMO_TEMPLATES.map(({ group, templates }) => ({
    moduleName: 'default',
    category: language === 'en' ? 'GENERATION TYPE' : '生成类型',
    title: group[language],
    type: 'image',
    templates: templates.map(({ name, title, about }) => ({
      name,
      title: title[language],
      description: about[language],
      mediaType: 'image',
      mediaSubtype: 'webp',
      tags: [],
      models: [],
    })),
  }));
}

async function picture({ picture: index }: DemoTemplate): Promise<Answer> {
  const drawn = await drawSamples();
  const body = await sharp(drawn[index])
    .resize({ ...PICTURE, fit: 'cover' })
    .webp({ quality: 80 })
    .toBuffer();
  return { status: 200, headers: { 'Content-Type': 'application/octet-stream' }, body };
}
