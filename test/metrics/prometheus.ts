/** Prometheus and its tool, where the machine has them. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const FOLDER = fileURLToPath(new URL('../../docs/prometheus/', import.meta.url));

export function isInstalled(program: 'promtool' | 'prometheus'): boolean {
  return spawnSync(program, ['--version']).status === 0;
}

export function promtool(arguments_: string[], input?: string): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync('promtool', arguments_, {
    cwd: FOLDER,
    input,
    encoding: 'utf8',
  });
  return { status, output: stdout + stderr };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

export interface Prometheus extends AsyncDisposable {
  /** @param place e.g. `query?query=up` @returns what its API answers, whatever the status */
  api(place: string): Promise<{ status: string; error?: string; data: unknown }>;
}

/** One on a free port of this machine that asks a daemon once a second, and has the alerts as its rules. */
export async function startPrometheus(target: number): Promise<Prometheus> {
  const home = await mkdtemp(path.join(os.tmpdir(), 'spoolgate-prometheus-'));
  const port = await freePort();
  await writeFile(
    path.join(home, 'prometheus.yml'),
    `global: { scrape_interval: 1s, evaluation_interval: 1s }
rule_files: [${path.join(FOLDER, 'alerts.yml')}]
scrape_configs:
  - { job_name: spoolgate, static_configs: [{ targets: ['127.0.0.1:${target}'] }] }
`,
  );
  const child = spawn(
    'prometheus',
    [
      `--config.file=${path.join(home, 'prometheus.yml')}`,
      `--storage.tsdb.path=${path.join(home, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    { stdio: 'ignore' },
  );
  return {
    api: async (place) => {
      const answer = await fetch(`http://127.0.0.1:${port}/api/v1/${place}`);
      return (await answer.json()) as { status: string; data: unknown };
    },
    [Symbol.asyncDispose]: async () => {
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      await exited;
      await rm(home, { recursive: true, force: true });
    },
  };
}
