/** What a service runs that is not here: read, because it cannot be run. */
import { access, constants, readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';

const ROOT = new URL('../../', import.meta.url);
const text = (file: string) => readFile(new URL(file, ROOT), 'utf8');

const step = z.union([
  z.strictObject({ run: z.string() }),
  z.strictObject({
    uses: z.string().regex(/^[\w-]+\/[\w-]+@v\d+$/),
    if: z.string().optional(),
    with: z.record(z.string(), z.union([z.string(), z.boolean(), z.number()])).optional(),
  }),
]);
const workflow = z.strictObject({
  name: z.string(),
  on: z.record(z.string(), z.unknown()),
  permissions: z.strictObject({ contents: z.literal('read') }),
  concurrency: z.strictObject({ group: z.string(), 'cancel-in-progress': z.boolean() }),
  jobs: z.record(
    z.string(),
    z.strictObject({
      'runs-on': z.string(),
      'timeout-minutes': z.int().max(360),
      container: z.string(),
      steps: z.array(step),
    }),
  ),
});
const container = z.strictObject({
  name: z.string(),
  image: z.string(),
  remoteUser: z.string(),
  postCreateCommand: z.literal('npm ci'),
  forwardPorts: z.array(z.int()),
});

/** The image has the Node that runs the sources as they are. */
async function expectImage(image: string): Promise<void> {
  const { engines } = JSON.parse(await text('package.json')) as { engines: { node: string } };
  const [, major] = /^node:(\d+)-[a-z]+$/.exec(image) ?? [];
  expect(engines.node).toMatch(new RegExp(`^>=${major ?? 'none'}\\.`));
}

it('the workflow runs .ci/run on the Node of the project, and keeps its results', async () => {
  const { jobs } = workflow.parse(parse(await text('.github/workflows/ci.yml')));
  const steps = Object.values(jobs).flatMap((job) => job.steps);
  const commands = steps.flatMap((one) => ('run' in one ? one.run : []));
  expect(commands).toEqual(['.ci/run']);
  await access(new URL(commands[0] ?? '', ROOT), constants.X_OK);
  const kept = steps.flatMap((one) => ('uses' in one ? (one.with?.['path'] ?? []) : []));
  expect(await text('.ci/run')).toContain(`results=$PWD/${String(kept[0])}`);
  for (const job of Object.values(jobs)) await expectImage(job.container);
});

it('the dev container has that Node too, and forwards the ports of the defaults', async () => {
  const withoutComments = (await text('.devcontainer/devcontainer.json')).replaceAll(/^\s*\/\/.*$/gm, '');
  const { image, forwardPorts } = container.parse(JSON.parse(withoutComments));
  await expectImage(image);
  const example = await text('config/spoolgate.example.yaml');
  for (const port of forwardPorts) expect(example).toMatch(new RegExp(`port: ${port}\\b`));
});
