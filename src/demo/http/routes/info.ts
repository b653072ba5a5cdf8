import { readFileSync } from 'node:fs';
import { freemem, totalmem } from 'node:os';
import type { EngineState } from '../../engine-state';
import { DEMO_BLUEPRINT } from '../../templates/blueprint';
import { nodeInfo } from '../../exec/node-info';
import { serverFeatures } from '../features';
import { json } from '../responses';
import type { Router } from '../router';

/** Device name by which people and the app know the engine. */
export const DEMO_DEVICE = 'Darkroom demo engine (no GPU)';

/** Introspection routes (API notes §2.3). */
export function addInfoRoutes(router: Router, state: EngineState): void {
  router.add('GET', '/system_stats', () => json(systemStats(state)));
  router.add('GET', '/object_info', () =>
    json(
      Object.fromEntries(
        [...state.classes].map(([name, nodeClass]) => [name, nodeInfo(nodeClass, state.scope)]),
      ),
    ),
  );
  router.add('GET', '/object_info/{node_class}', ({ params }) => {
    const nodeClass = state.classes.get(params.node_class ?? '');
    return json(nodeClass ? { [nodeClass.name]: nodeInfo(nodeClass, state.scope) } : {});
  });
  router.add('GET', '/embeddings', () => json([]));
  router.add('GET', '/extensions', () => json([]));
  if (state.era.features) {
    router.add('GET', '/features', () => json(serverFeatures(state.era, state.assets)));
  }
  if (state.era.userdataTree) {
    router.add('GET', '/i18n', () => json({}));
    router.add('GET', '/workflow_templates', () => json({}));
  }
  if (state.era.jobsApi) {
    const { id: known, entry, workflow } = DEMO_BLUEPRINT;
    router.add('GET', '/global_subgraphs', () => json({ [known]: entry }));
    router.add('GET', '/global_subgraphs/{id}', ({ params }) =>
      json(params.id === known ? { ...entry, data: JSON.stringify(workflow) } : null),
    );
    router.add('GET', '/node_replacements', () => json({}));
  }
}

const PYTHON_NAMES: Partial<Record<NodeJS.Platform, string>> = { win32: 'win32', darwin: 'darwin' };

function systemStats(state: EngineState): Record<string, unknown> {
  const platform = PYTHON_NAMES[process.platform] ?? 'linux';
  const python_version = `none: Darkroom demo engine on Node.js ${process.version}`;
  const devices = [
    {
      name: DEMO_DEVICE,
      type: 'cpu',
      index: null,
      vram_total: 0,
      vram_free: 0,
      torch_vram_total: 0,
      torch_vram_free: 0,
    },
  ];
  const posix = platform === 'win32' ? 'nt' : 'posix';
  if (!state.era.tellsVersion) {
    return { system: { os: posix, python_version, embedded_python: false }, devices };
  }
  const system = {
    os: state.era.hardened ? platform : posix,
    ram_total: totalmem(),
    ram_free: availableMemory(),
    comfyui_version: state.era.version,
    required_frontend_version: null,
    installed_templates_version: null,
    required_templates_version: null,
    ...(state.era.hardened ? { comfy_package_versions: [] } : {}),
    python_version,
    pytorch_version: 'none',
    embedded_python: false,
    ...(state.era.hardened ? { deploy_environment: state.incognito ? 'local-git' : 'darkroom-demo' } : {}),
    argv: ['darkroom-demo-engine', '--preview-method', 'auto'],
  };
  return { system, devices };
}

/** Available memory in bytes, which Linux distinguishes from unused memory. */
function availableMemory(): number {
  try {
    const kilobytes = /^MemAvailable:\s+(\d+) kB$/m.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1];
    return kilobytes ? Number(kilobytes) * 1024 : freemem();
  } catch {
    return freemem();
  }
}
