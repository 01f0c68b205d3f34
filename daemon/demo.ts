import type { Command } from '../src/ops/command.ts';
export const demo: Command = {
  name: 'demo',
  usage: '',
  summary: 'show the main job on a temporary home',
  count: { min: 0, max: 0 },
  run: async () => 0,
};
