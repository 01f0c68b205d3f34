import { OperatorFault } from '../fault.ts';
import { quoted } from '../shown-text.ts';
import { unstorableTexts, valueFaults, wordsOf, type ValueFault } from '../value-faults.ts';
import type { Action, Actor, Channel } from './action.ts';
import { ACTIONS } from './list.ts';
import type { ActionServices } from './services.ts';
import { operator } from '../messages/en/operator.ts';

/** An action to be carried out, by its name. */
export interface Request {
  action: string;
  /** As it came: nothing of it is checked yet. */
  input: unknown;
  actor: Actor;
}

/**
 * The one way to every action, with a daemon and without.
 *
 * @throws {OperatorFault} where there is no such action, the actor may not, or the input is wrong; what the action refuses
 */
export async function carryOut(
  services: ActionServices,
  { action: name, input, actor }: Request,
  channel: Channel<unknown>,
): Promise<unknown> {
  const action = ACTIONS.find((one) => one.name === name);
  if (!action) throw new OperatorFault(operator.daemon.unknownAction(quoted(name)), 2);
  if (!action.allowed(actor)) throw new OperatorFault(operator.daemon.forbidden(quoted(actor.name), name));
  refuse(action, unstorableTexts({ who: actor.name }));
  return action.run(services, checkedInput(action, input), actor, channel);
}

/** Whatever texts an action takes: what no database can hold is refused here, before any action sees it. */
function checkedInput(action: Action, raw: unknown): unknown {
  const { input: schema } = action;
  const result = schema.safeParse(raw, { error: wordsOf });
  refuse(
    action,
    result.success ? unstorableTexts(result.data) : valueFaults(schema, raw, result.error.issues),
  );
  return result.data;
}

function refuse({ name }: Action, faults: readonly ValueFault[]): void {
  if (faults.length > 0) throw new OperatorFault(faults.map(({ text }) => `${name}: ${text}`).join('\n'), 2);
}
