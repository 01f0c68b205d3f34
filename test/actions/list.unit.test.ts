/** What every action has, whoever adds one. */
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { arrowFault } from '../../lint/arrows-rule.ts';
import { action, operators } from '../../src/actions/action.ts';
import { ACTIONS } from '../../src/actions/list.ts';

describe.each(ACTIONS.map((one) => [one.name, one] as const))('%s', (name, one) => {
  it('has a name of its own', () => {
    expect(name).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(ACTIONS.filter((other) => other.name === name)).toHaveLength(1);
  });

  it('refuses keys that it does not know', () => {
    const { error } = one.input.safeParse({ nonsense: 1 });
    expect(error?.issues).toContainEqual(
      expect.objectContaining({ code: 'unrecognized_keys', keys: ['nonsense'] }),
    );
  });

  it('refuses what is no list of keys', () => {
    for (const wrong of [null, 1, 'all', []]) expect(one.input.safeParse(wrong).success).toBe(false);
  });

  it('says who may, and strangers may not', () => {
    expect(one.allowed({ kind: 'operator', name: 'ola' })).toBe(true);
    expect(one.allowed({ kind: 'stranger', name: 'ola' } as never)).toBe(false);
  });
});

it('an action that does not say who may does not compile', () => {
  const made = { name: 'x', input: z.strictObject({}), run: async () => null };
  // @ts-expect-error: `allowed` is missing
  action(made);
  expect(action({ ...made, allowed: operators })).toMatchObject(made);
});

it.each(['database/open.ts', 'ledger/rows.ts', 'kinds/registry.ts', 'spool/purge.ts', 'pipeline/plan.ts'])(
  'a command may not import src/%s',
  (file) => expect(arrowFault('cli/new-command.ts', `src/${file}`)).toContain('cli must not import src/'),
);
