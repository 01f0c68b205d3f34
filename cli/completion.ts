import { OperatorFault } from '../src/fault.ts';
import { commands as messages } from '../src/messages/en/commands.ts';
import { escapeHidden } from '../src/shown-text.ts';
import { COMMON } from './arguments.ts';
import type { Command } from './command.ts';

const words = messages.completion;

/** @param all the list of commands, which has this one in it */
export function completion(all: () => readonly Command[]): Command {
  return {
    name: 'completion',
    usage: 'bash|zsh|fish',
    summary: words.summary,
    details: words.details,
    count: { min: 1, max: 1 },
    run: async ({ arguments: [shell = ''], print }) => {
      if (!Object.hasOwn(SCRIPTS, shell)) throw new OperatorFault(words.unknownShell(escapeHidden(shell)), 2);
      print(SCRIPTS[shell as keyof typeof SCRIPTS](all().map(completed)));
      return 0;
    },
  };
}

/** What a shell can complete of a command. */
interface Completed {
  name: string;
  summary: string;
  /** With dashes. */
  flags: { flag: string; takesValue: boolean; values: readonly string[] }[];
  /** Words that stand in the usage as they are typed, such as `remove`. */
  words: string[];
  takesFiles: boolean;
}

function completed({ name, usage, summary, options, values }: Command): Completed {
  const flags = Object.entries({ ...options, ...COMMON }).map(([flag, { type }]) => ({
    flag: `--${flag}`,
    takesValue: type === 'string',
    values: values?.[flag] ?? [],
  }));
  const typed = usage.split(/[ |[\]…]+/u).filter((word) => /^[a-z]+$/u.test(word));
  return { name, summary, flags, words: typed, takesFiles: /\b(?:FILE|DIR)\b/u.test(usage) };
}

const { helpSummary: HELP_SUMMARY } = words;

const SCRIPTS = { bash: bashScript, zsh: zshScript, fish: fishScript };

function bashScript(all: readonly Completed[]): string {
  const cases = all.map(
    ({ name, flags, words: typed, takesFiles }) =>
      `    ${name}) flags='${flags.map(({ flag }) => flag).join(' ')}' words='${typed.join(' ')}' files=${takesFiles ? 1 : 0} ;;`,
  );
  const values = all.flatMap(({ name, flags }) =>
    flags
      .filter(({ values }) => values.length > 0)
      .map(
        ({ flag, values }) =>
          `    '${name} ${flag}') COMPREPLY=($(compgen -W '${values.join(' ')}' -- "$current")); return ;;`,
      ),
  );
  return `_spoolgate() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} flags='' words='' files=0
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W '${[...all.map(({ name }) => name), 'help'].join(' ')}' -- "$current"))
    return
  fi
  case \${COMP_WORDS[1]} in
${cases.join('\n')}
    help) words='${all.map(({ name }) => name).join(' ')}' ;;
  esac
  case "\${COMP_WORDS[1]} $previous" in
${values.join('\n')}
  esac
  if [ "$previous" = --config ]; then
    local IFS=$'\\n'
    COMPREPLY=($(compgen -f -- "$current"))
  elif [[ $current == -* ]]; then
    COMPREPLY=($(compgen -W "$flags" -- "$current"))
  else
    COMPREPLY=($(compgen -W "$words" -- "$current"))
    local IFS=$'\\n'
    if [ "$files" = 1 ]; then COMPREPLY+=($(compgen -f -- "$current")); fi
  fi
}
complete -o filenames -F _spoolgate spoolgate`;
}

function zshScript(all: readonly Completed[]): string {
  const described = all.map(
    ({ name, summary }) => `    ${single(`${name}:${summary.replaceAll(':', String.raw`\:`)}`)}`,
  );
  const cases = all.map(({ name, flags, words: typed, takesFiles }) => {
    const specs = flags.map(({ flag, takesValue, values }) => {
      const offered = values.length > 0 ? `(${values.join(' ')})` : flag === '--config' ? '_files' : '';
      return single(takesValue ? `${flag}=:value:${offered}` : flag);
    });
    const rest = takesFiles ? single('*:file:_files') : single(`*:argument:(${typed.join(' ')})`);
    return `    ${name}) _arguments ${[...specs, rest].join(' ')} ;;`;
  });
  return `#compdef spoolgate
_spoolgate() {
  local -a commands
  commands=(
${[...described, `    ${single(`help:${HELP_SUMMARY}`)}`].join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  shift words
  (( CURRENT-- ))
  case $words[1] in
${cases.join('\n')}
    help) (( CURRENT == 2 )) && _describe command commands ;;
  esac
}
compdef _spoolgate spoolgate`;
}

function fishScript(all: readonly Completed[]): string {
  const lines = all.flatMap(({ name, summary, flags, words: typed, takesFiles }) => {
    const seen = `complete -c spoolgate -n ${single(`__fish_seen_subcommand_from ${name}`)}`;
    return [
      `complete -c spoolgate -n __fish_use_subcommand -f -a ${name} -d ${single(summary)}`,
      ...flags.map(
        ({ flag, takesValue, values }) =>
          `${seen} -l ${flag.slice(2)}${takesValue ? ` -r${flag === '--config' ? ' -F' : ''}` : ''}${values.length > 0 ? ` -f -a ${single(values.join(' '))}` : ''}`,
      ),
      ...(takesFiles ? [] : [`${seen} -f${typed.length > 0 ? ` -a ${single(typed.join(' '))}` : ''}`]),
    ];
  });
  const help = [
    `complete -c spoolgate -n __fish_use_subcommand -f -a help -d ${single(HELP_SUMMARY)}`,
    `complete -c spoolgate -n '__fish_seen_subcommand_from help' -f -a ${single(all.map(({ name }) => name).join(' '))}`,
  ];
  return [...lines, ...help].join('\n');
}

/** A word in single quotes, for all three shells. */
function single(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
