import { describe, expect, it } from 'vitest';
import type { SystemStats } from '../comfy/schemas';
import { deviceName, ram, vram } from './device';

function stats(
  device: Partial<SystemStats['devices'][number]>,
  system: Partial<SystemStats['system']> = {},
): SystemStats {
  return { system, devices: [{ name: 'cpu', type: 'cpu', ...device }] };
}

describe('the device', () => {
  it.each([
    ['cuda:0 NVIDIA GeForce RTX 4070 Ti SUPER : cudaMallocAsync', 'RTX 4070 Ti SUPER'],
    ['cuda:0 NVIDIA RTX 6000 Ada Generation : native', 'RTX 6000 Ada Generation'],
    ['cuda:1 AMD Radeon RX 7900 XTX : native', 'AMD Radeon RX 7900 XTX'],
    ['mps', 'mps'],
    ['cpu', 'CPU'],
    ['Darkroom demo engine (no GPU)', 'Darkroom demo engine (no GPU)'],
  ])('%s is called %s', (name, expected) => {
    expect(deviceName(stats({ name }))).toBe(expected);
  });

  it('is nothing when the server lists none', () => {
    expect(deviceName({ system: {}, devices: [] })).toBeNull();
    expect(vram({ system: {}, devices: [] })).toBeNull();
  });

  it('has video memory only when it is no CPU', () => {
    expect(vram(stats({ type: 'cuda', vram_total: 100, vram_free: 30 }))).toEqual({ used: 70, total: 100 });
    expect(vram(stats({ type: 'cpu', vram_total: 100, vram_free: 30 }))).toBeNull();
    expect(vram(stats({ type: 'cuda', vram_total: 0 }))).toBeNull();
  });

  it('has main memory where the server tells it', () => {
    expect(ram(stats({}, { ram_total: 10, ram_free: 4 }))).toEqual({ used: 6, total: 10 });
    expect(ram(stats({}))).toBeNull();
    expect(ram(stats({}, { ram_total: 0, ram_free: 0 }))).toBeNull();
  });
});
