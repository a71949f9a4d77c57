/** The commands of `refold` as plain data, for the completion of a line: commands, arguments, options, closed lists. */
import type { Argument, Command, Option } from 'commander';
import { collect } from '../args.ts';
import { SERVE_OPTIONS } from './serve-options.ts';

export interface Grammar {
  readonly commands: readonly CommandGrammar[];
  /** Options before any command, such as `--version`. */
  readonly options: readonly OptionGrammar[];
}

export interface CommandGrammar {
  readonly name: string;
  readonly description: string;
  readonly arguments: readonly ValueGrammar[];
  readonly options: readonly OptionGrammar[];
}

export interface OptionGrammar {
  /** `--help` and, where there is one, `-h`. */
  readonly flags: readonly string[];
  readonly description: string;
  /** Absent for an option that takes no value. */
  readonly value?: ValueGrammar;
  /** Whether it may stand several times on a line. */
  readonly isRepeated: boolean;
}

/** An argument, or the value of an option. */
export interface ValueGrammar {
  /** As the help shows it, without brackets: `file`, `position`. */
  readonly name: string;
  /** All that is allowed, where that is a closed list. */
  readonly choices?: readonly string[];
}

/** Reads it from the program that is about to parse a line. What `--help` hides is not in it. */
export function grammarOf(program: Command): Grammar {
  const help = program.createHelp();
  return {
    commands: help.visibleCommands(program).map((command) => ({
      name: command.name(),
      description: command.description(),
      arguments: command.registeredArguments.map(argumentOf),
      options: [
        ...(command.name() === 'serve' ? SERVE_OPTIONS : []),
        ...command.createHelp().visibleOptions(command).map(optionOf),
      ],
    })),
    options: help.visibleOptions(program).map(optionOf),
  };
}

function argumentOf(argument: Argument): ValueGrammar {
  return shapeOf(argument.name(), argument.argChoices);
}

function optionOf(option: Option): OptionGrammar {
  const { long, short, description, flags, required, optional, argChoices, parseArg, variadic } = option;
  const takesValue = required || optional;
  return {
    flags: [long, short].filter((flag) => flag !== undefined),
    description,
    ...(takesValue && { value: shapeOf(/[<[]([^>\].]+)/.exec(flags)?.[1] ?? '', argChoices) }),
    isRepeated: variadic || parseArg === (collect as unknown),
  };
}

function shapeOf(name: string, choices: readonly string[] | undefined): ValueGrammar {
  return { name, ...(choices !== undefined && { choices }) };
}
