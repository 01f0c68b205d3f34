import { OperatorFault } from '../fault.ts';
import { quoted } from '../shown-text.ts';
import { valueFaults, wordsOf } from '../value-faults.ts';
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
  return action.run(services, checkedInput(action, input), actor, channel);
}

function checkedInput({ name, input: schema }: Action, raw: unknown): unknown {
  const result = schema.safeParse(raw, { error: wordsOf });
  if (result.success) return result.data;
  const faults = valueFaults(schema, raw, result.error.issues).map(({ text }) => `${name}: ${text}`);
  throw new OperatorFault(faults.join('\n'), 2);
}
