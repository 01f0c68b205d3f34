import type { ParseArgsConfig } from 'node:util';
import type { Configuration } from '../src/configuration.ts';
import type { CallAction } from './call-action.ts';
import type { Progress } from './progress.ts';

/** What a command needs of the program around it. */
export interface CommandContext {
  arguments: string[];
  options: Record<string, string | boolean | undefined>;
  /** Reads the configuration once it is needed. */
  configuration: () => Promise<Configuration>;
  /** Carries out an action, at the running daemon or directly where none runs. */
  call: CallAction;
  /** Results: standard output. */
  print: (text: string) => void;
  /** Results of which there may be many, as they are: standard output. */
  write: (text: string) => void;
  /** Waits until whoever reads has taken what was written and said. False: nobody reads the results any more. */
  room: () => Promise<boolean>;
  /** Words to the person: standard error. */
  say: (text: string) => void;
  /** How far a long command is; on a terminal only. */
  progress: Progress;
}

/** One operator command; one file each. */
export interface Command {
  name: string;
  /** What follows the name, e.g. `CUSTOMER ADDRESS-OR-DN`. */
  usage: string;
  /** One line for the help. */
  summary: string;
  /** Further lines for `spoolgate NAME --help`. */
  details?: string;
  options?: ParseArgsConfig['options'];
  /** Of options: values that a shell may offer. Others are taken as well. */
  values?: Readonly<Record<string, readonly string[]>>;
  /** How many arguments it takes. */
  /** What stands for the values of its options in the usage; left out: VALUE. */
  valueName?: string;
  count: { min: number; max: number };
  /** @returns the exit code: 0 done, 1 failed, 2 wrong usage or configuration, 3 nothing to do */
  run: (context: CommandContext) => Promise<number>;
}
