import { beforeEach, expect, it } from 'vitest';
import { ComfyError } from '../comfy/errors';
import { UNKNOWN_SERVER, withFlags, withStats } from '../comfy/capabilities';
import { detectBrowser } from '../base/browser';
import { report, reports, resetReports } from '../base/report';
import { type Diagnosis, diagnosticsText } from './diagnostics-text';

const diagnosis = (change: Partial<Diagnosis> = {}): Diagnosis => ({
  app: '0.1.0',
  server: UNKNOWN_SERVER,
  browser: detectBrowser({ isSecureContext: false, navigator: {} }),
  userAgent: 'Mozilla/5.0 (X11; Linux x86_64)',
  locale: 'zh-CN',
  window: { width: 390, height: 844, ratio: 3 },
  reports: reports(),
  now: 0,
  ...change,
});

beforeEach(() => resetReports(() => 0));

it('tells versions, capabilities and reports', () => {
  const server = withFlags(
    withStats(UNKNOWN_SERVER, {
      system: {
        comfyui_version: '0.33.0',
        python_version: '3.12.3 (main, Nov 1 2026)',
        pytorch_version: '2.9.1+cu130',
      },
      devices: [],
    }),
    { assets: true, asset_deletion_enabled: true, max_upload_size: 100 },
  );
  const failed = new ComfyError('http', 'the server answered 500', { path: '/api/jobs', status: 500 });
  report(failed, 'jobs.list');
  report(failed, 'jobs.list');
  const text = diagnosticsText(diagnosis({ server }));
  for (const part of [
    'Comfy Darkroom 0.1.0, 1970-01-01',
    'ComfyUI 0.33.0, Python 3.12.3, PyTorch 2.9.1+cu130',
    'Window: 390 × 844 @3, zh-CN',
    'secureContext false',
    'assets true, assetDeletion true, previewMetadata false, maxUploadBytes 100',
    'jobs true',
    'Reports: 1',
    '×2 jobs.list: ComfyError: the server answered # [http 500 /api/jobs]',
  ]) {
    expect(text).toContain(part);
  }
});

it('tells nothing of what a hostile server or error says', () => {
  const secrets = ['alice.png', '192.168.1.20', '穿红裙的女孩', 'gpu-box.local', 'nude'];
  for (const secret of secrets) {
    const server = withFlags(
      withStats(UNKNOWN_SERVER, {
        system: { comfyui_version: `0.33.0 ${secret}`, python_version: secret, pytorch_version: secret },
        devices: [],
      }),
      { comfy_api_base_url: secret, [secret]: secret },
    );
    report(new Error(secret, { cause: new Error(secret) }), 'test');
    report(
      new ComfyError('rejected', secret, { path: `/view/${secret}`, body: secret, address: secret }),
      'test',
    );
    const text = diagnosticsText(diagnosis({ server }));
    expect(text).not.toContain(secret);
    expect(text).toContain('ComfyUI ?');
  }
});
