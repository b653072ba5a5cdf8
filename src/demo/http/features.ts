import type { EraTraits } from '../era';
import type { DemoAssets } from '../engine-state';
import { MOST_BODY_BYTES } from './body';

/** /features and the answer to a client's feature flags (API notes §2.3). */
export function serverFeatures(era: EraTraits, assets: DemoAssets): Record<string, unknown> {
  if (!era.jobsApi) {
    return { supports_preview_metadata: true, max_upload_size: MOST_BODY_BYTES };
  }
  return {
    supports_preview_metadata: true,
    supports_model_type_tags: true,
    max_upload_size: MOST_BODY_BYTES,
    extension: { manager: { supports_v4: true } },
    node_replacements: true,
    assets: assets !== 'off',
    ...(assets === 'files-deleted' && { asset_deletion_enabled: true }),
  };
}
