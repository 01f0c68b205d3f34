/** The alerts that are shipped, by the tool of Prometheus and against the table of metrics. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { METRIC_NAMES, metricOf } from '../../src/metrics/table.ts';
import { startTestDaemon } from '../support/daemon.ts';
import { FOLDER, isInstalled, promtool } from './prometheus.ts';
import { scrape } from './scrape.ts';

interface Rule {
  alert: string;
  expr: string;
  labels: { severity: string };
  annotations: { summary: string };
}

const rules = (
  parse(await readFile(path.join(FOLDER, 'alerts.yml'), 'utf8')) as { groups: { rules: Rule[] }[] }
).groups.flatMap((group) => group.rules);

describe('alerts', () => {
  it.each(rules.map((rule) => [rule.alert, rule] as const))(
    '%s names metrics and labels that there are',
    (_, rule) => {
      const named = [...rule.expr.matchAll(/spoolgate_(\w+?)(_bucket)?(?=[\s{)[])(?:\{([^}]*)\})?/g)];
      if (rule.alert !== 'SpoolgateDown') expect(named).not.toEqual([]);
      for (const [, name, , selectors = ''] of named) {
        expect(METRIC_NAMES).toContain(name);
        const { labels = {} } = metricOf(name as (typeof METRIC_NAMES)[number]);
        for (const [, label = '', values = ''] of selectors.matchAll(/(\w+)=~?"([^"]*)"/g))
          for (const value of values.split('|')) expect(labels[label]).toContain(value);
      }
    },
  );

  it.each(rules.map((rule) => [rule.alert, rule] as const))(
    '%s says what is wrong and what to do',
    (_, rule) => {
      expect(['page', 'ticket']).toContain(rule.labels.severity);
      expect(rule.annotations.summary).toMatch(/^.{10,}[.;] .*\.$/);
    },
  );

  it('every one is tried by alerts.test.yml', async () => {
    const tests = await readFile(path.join(FOLDER, 'alerts.test.yml'), 'utf8');
    for (const { alert } of rules) expect(tests).toContain(`alertname="${alert}"`);
  });

  it.skipIf(!isInstalled('promtool'))('are rules that Prometheus takes, and fire when they should', () => {
    expect(promtool(['check', 'rules', 'alerts.yml'])).toMatchObject({ status: 0 });
    expect(promtool(['test', 'rules', 'alerts.test.yml'])).toMatchObject({ status: 0 });
  });

  it.skipIf(!isInstalled('promtool'))('a scrape passes the check of Prometheus', async () => {
    await using world = await startTestDaemon();
    const { text } = await scrape(world.daemon.httpPort);
    const own = text.split('\n\n').filter((block) => block.includes('spoolgate_'));
    expect(promtool(['check', 'metrics'], `${own.join('\n')}\n`)).toEqual({ status: 0, output: '' });
  });
});
