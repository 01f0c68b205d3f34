/** Every query of the dashboard and of the alerts, carried out by a real Prometheus that has scraped a real daemon. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { poll } from '../support/courier.ts';
import { startTestDaemon } from '../support/daemon.ts';
import { FOLDER, isInstalled, startPrometheus, type Prometheus } from './prometheus.ts';
import { scrape } from './scrape.ts';

interface Panel {
  type: string;
  title: string;
  targets?: { expr: string }[];
}

/** As Grafana would put them in. */
const filledIn = (expr: string) =>
  expr.replaceAll('$__rate_interval', '1m').replaceAll('$__range', '1h').replaceAll('$instance', '.*');

async function queries(): Promise<string[]> {
  const dashboard = JSON.parse(await readFile(path.join(FOLDER, 'dashboard.json'), 'utf8')) as {
    panels: Panel[];
  };
  const alerts = parse(await readFile(path.join(FOLDER, 'alerts.yml'), 'utf8')) as {
    groups: { rules: { expr: string }[] }[];
  };
  return [
    ...dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => filledIn(expr))),
    ...alerts.groups.flatMap(({ rules }) => rules.map(({ expr }) => expr)),
  ];
}

const NAME = /\b(?:spoolgate|nodejs|process)_\w+|\bup\b/g;

async function isUp(prometheus: Prometheus): Promise<true | null> {
  const asked = await prometheus.api('query?query=up').catch(() => null);
  const { result = [] } = (asked?.data ?? {}) as { result?: { value: [number, string] }[] };
  return result[0]?.value[1] === '1' ? true : null;
}

it.skipIf(!isInstalled('prometheus'))(
  'every query is valid, and names metrics that a scrape has',
  async () => {
    await using world = await startTestDaemon();
    const courier = await world.courier();
    await courier.send(
      '1000001_HR_PRV_1.csv',
      'emailAddress,action,givenName,familyName\na.b@example.com,Add,A,B\nnobody,Add,A,B\n',
    );
    await poll('the report', 20, async () => {
      const { text } = await scrape(world.daemon.httpPort);
      return text.includes('spoolgate_upload_to_report_seconds_count') ? true : null;
    });
    await using prometheus = await startPrometheus(world.daemon.httpPort);
    await poll('a scrape', 100, () => isUp(prometheus));
    const { data } = await prometheus.api('label/__name__/values');
    const present = new Set(data as string[]);
    const all = await queries();
    expect(all.length).toBeGreaterThan(35);
    for (const query of all) {
      const answer = await prometheus.api(`query?query=${encodeURIComponent(query)}`);
      expect([query, answer.status, answer.error]).toEqual([query, 'success', undefined]);
      // There is no scanner here; all else that a query names, a scrape has.
      const names = (query.match(NAME) ?? []).filter((name) => name !== 'spoolgate_scanner_up');
      expect([query, names.filter((name) => !present.has(name))]).toEqual([query, []]);
    }
    const rules = await prometheus.api('rules');
    const { groups } = rules.data as { groups: { rules: { name: string; lastError?: string }[] }[] };
    expect(
      groups.flatMap((group) => group.rules.map(({ lastError = '' }) => lastError)).filter(Boolean),
    ).toEqual([]);
  },
);
