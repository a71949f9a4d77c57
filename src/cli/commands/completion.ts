/** `refold completion`: prints the script that teaches a shell to complete `refold`. */
import { Argument, type Command } from 'commander';
import { answering, JSON_OPTION } from '../args.ts';
import { SHELLS, type Shell } from '../completion/shells.ts';
import type { Answer } from '../output/output.ts';

const INSTALLING = `
To install it:
  bash        echo 'source <(refold completion bash)' >> ~/.bashrc
  zsh         echo 'source <(refold completion zsh)' >> ~/.zshrc     (after compinit)
  fish        refold completion fish > ~/.config/fish/completions/refold.fish
  powershell  Add-Content $PROFILE 'refold completion powershell | Out-String | Invoke-Expression'

Where refold is not on the PATH, define it as a function first:
  refold() { npx refold "$@"; }`;

export function defineCompletion(program: Command): void {
  program
    .command('completion')
    .addArgument(new Argument('<shell>', 'whose script it shall be').choices([...SHELLS]))
    .description('print the script that completes commands, options, event types, invariants and paths')
    .option(...JSON_OPTION)
    .addHelpText('after', INSTALLING)
    .action(answering(([shell]) => print(shell as Shell)));
}

async function print(shell: Shell): Promise<Answer> {
  const { scriptFor } = await import('../completion/scripts.ts');
  const script = scriptFor(shell);
  return { json: { shell, script }, text: () => script };
}
