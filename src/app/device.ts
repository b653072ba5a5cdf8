import type { SystemStats } from '../comfy/schemas';

/** Memory in bytes. */
export interface Memory {
  used: number;
  total: number;
}

/**
 * `cuda:0 NVIDIA GeForce RTX 4070 Ti SUPER : cudaMallocAsync` as people call it: without torch's device
 * number and allocator.
 */
export function deviceName(stats: SystemStats): string | null {
  const name = stats.devices[0]?.name;
  if (!name) {
    return null;
  }
  const short = name
    .replace(/^(cuda|xpu|mps|privateuseone|npu|mlu):?\d*\s+/i, '')
    .replace(/\s+:\s+\w+$/, '')
    .replace(/^NVIDIA (GeForce )?/, '');
  return short === 'cpu' ? 'CPU' : short;
}

/** Video memory of the first device; `null` for a CPU, whose "VRAM" is just the RAM. */
export function vram(stats: SystemStats): Memory | null {
  const device = stats.devices[0];
  if (!device || device.type === 'cpu' || !device.vram_total) {
    return null;
  }
  return { total: device.vram_total, used: device.vram_total - (device.vram_free ?? 0) };
}

/** Main memory; `null` on servers of the seed era, which do not report it. */
export function ram(stats: SystemStats): Memory | null {
  const { ram_total: total, ram_free: free } = stats.system;
  return total ? { total, used: total - (free ?? 0) } : null;
}
