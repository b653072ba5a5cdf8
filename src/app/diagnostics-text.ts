import type { ServerCapabilities } from '../comfy/capabilities';
import type { BrowserFeatures } from '../base/browser';
import { redactVersion } from '../base/redact-version';
import type { Report } from '../base/report';

/** What a bug report needs to know of the page. */
export interface Diagnosis {
  /** Darkroom's version. */
  app: string;
  server: ServerCapabilities;
  browser: BrowserFeatures;
  userAgent: string;
  locale: string;
  /** CSS px of the window, and device px for each. */
  window: { width: number; height: number; ratio: number };
  reports: readonly Report[];
  /** ms since the epoch. */
  now: number;
}

/**
 * Everything above as text to be pasted into a bug report, in English whatever the language of the page: it
 * is read by others. Holds no prompt, file name or address; of the server only what has a known form.
 */
export function diagnosticsText(diagnosis: Diagnosis): string {
  const { server, window, reports } = diagnosis;
  const versions = [
    ['ComfyUI', server.version],
    ['Python', server.pythonVersion?.split(' ')[0]],
    ['PyTorch', server.pytorchVersion],
  ].map(([name, version]) => `${name} ${redactVersion(version) ?? 'unknown'}`);
  return [
    `Comfy Darkroom ${diagnosis.app}, ${new Date(diagnosis.now).toISOString()}`,
    versions.join(', '),
    `Browser: ${diagnosis.userAgent}`,
    `Window: ${window.width} × ${window.height} @${window.ratio}, ${diagnosis.locale}`,
    `Browser features: ${listed(diagnosis.browser)}`,
    `Server flags: ${listed(flagsOf(server))}`,
    `Server routes: ${listed(server.routes)}`,
    `Reports: ${reports.length}`,
    ...reports.map(reportLine),
  ].join('\n');
}

function flagsOf(server: ServerCapabilities): Record<string, boolean | number | null> {
  const { isDemo, assets, assetDeletion, previewMetadata, maxUploadBytes, storesDocuments } = server;
  return { isDemo, assets, assetDeletion, previewMetadata, maxUploadBytes, storesDocuments };
}

function listed(values: object): string {
  return Object.entries(values)
    .map(([name, value]) => `${name} ${value === null ? 'unknown' : String(value)}`)
    .join(', ');
}

function reportLine(report: Report): string {
  const { at, times, context, name, message, kind, status, path, frames, causes } = report;
  const facts = [kind, status, path].filter((fact) => fact !== null).join(' ');
  return [
    new Date(at).toISOString(),
    times > 1 ? `×${times}` : '',
    `${context}: ${name}: ${message}`,
    facts === '' ? '' : `[${facts}]`,
    causes.length > 0 ? `because of ${causes.join(', because of ')}` : '',
    frames.length > 0 ? `at ${frames.join(' < ')}` : '',
  ]
    .filter((part) => part !== '')
    .join(' ');
}
