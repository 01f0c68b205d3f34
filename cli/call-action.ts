/**
 * How commands carry actions out: at the running daemon, or directly where none runs. Either way it is the action of the
 * list that checks and does, and the answer is what comes out of JSON.
 */
import { once } from 'node:events';
import os from 'node:os';
import type { Writable } from 'node:stream';
import type { z } from 'zod';
import type { Action, AsJson } from '../src/actions/action.ts';
import { carryOut } from '../src/actions/carry-out.ts';
import { actionServices } from '../src/actions/services.ts';
import { systemClock } from '../src/clock.ts';
import type { Configuration } from '../src/configuration.ts';
import { askDaemon, isNobodyThere } from '../src/http/ask-daemon.ts';
import { expectData, openStore, type Store } from '../daemon/store.ts';

/** What goes with an input, and what comes before the answer. */
export interface Pieces<Piece> {
  /** Begun anew with every attempt. */
  content?: () => AsyncIterable<Buffer>;
  /** The next one comes when this one is taken. */
  take?: (piece: AsJson<Piece>) => void | Promise<void>;
}

export type CallAction = <Input extends z.ZodType, Answer, Piece>(
  action: Action<Input, Answer, Piece>,
  input: z.input<Input>,
  pieces?: Pieces<Piece>,
) => Promise<AsJson<Answer>>;

/** Of one command. What it had to open is closed at its end. */
export interface ActionCaller extends AsyncDisposable {
  call: CallAction;
}

/** @param output what pieces are printed to: the next one is asked for when there is room for it */
export function actionCaller(configuration: () => Promise<Configuration>, output: Writable): ActionCaller {
  let store: Store | null = null;
  const open = async (settings: Configuration): Promise<Store> => {
    await expectData(settings);
    return openStore(settings, false);
  };
  return {
    call: async (action, input, pieces = {}) => {
      const settings = await configuration();
      const { name } = action;
      const { content } = pieces;
      const take = async (piece: unknown) => {
        await pieces.take?.(piece as never);
        // One that is broken has room for everything.
        if (output.writableNeedDrain) await once(output, 'drain').catch(() => {});
      };
      const question = { action: name, input, who: operatorName(), content, take };
      try {
        return (await askDaemon(settings.data, question)) as never;
      } catch (error) {
        if (!isNobodyThere(error)) throw error;
      }
      store ??= await open(settings);
      return (await carryOutDirectly(settings, store.database, question)) as never;
    },
    [Symbol.asyncDispose]: async () => store?.close(),
  };
}

type Question = Parameters<typeof askDaemon>[1];

/** Without a daemon, on its database. */
export async function carryOutDirectly(
  configuration: Configuration,
  database: Store['database'],
  { action, input, who, content = nothing, take = () => {} }: Question,
): Promise<unknown> {
  const surroundings = { database, clock: systemClock, scratch: os.tmpdir(), changed: () => {} };
  const actor = { kind: 'operator', name: who } as const;
  const channel = {
    content: content(),
    send: async (piece: unknown) => await take(throughJson(piece)),
    gone: NEVER,
  };
  const services = actionServices(configuration, surroundings);
  return throughJson(await carryOut(services, { action, input: throughJson(input), actor }, channel));
}

/** A command that is interrupted ends with its process. */
const NEVER = new AbortController().signal;

async function* nothing(): AsyncGenerator<Buffer> {}

function throughJson(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

/** Who runs a command, for the audit table. */
export function operatorName(): string {
  const { username } = os.userInfo();
  return process.env.SUDO_USER ? `${username} (${process.env.SUDO_USER})` : username;
}
