/**
 * The scripts that teach a shell to complete `refold`. Those for zsh, fish and PowerShell come from a library, and this is the
 * only file that knows it. The one for bash is ours: the library's hands the candidates to `compgen -W`, which runs a command
 * that stands in one, and it evaluates the line, which writes into a file that the line redirects to.
 */
import { script } from '@bomb.sh/tab';
import type { Shell } from './shells.ts';

/** The script for a shell. To ask, it runs `refold completion SHELL complete -- WORDS`. */
export function scriptFor(shell: Shell): string {
  if (shell === 'bash') return BASH;
  const text = printed(() => script(shell, 'refold', `refold completion ${shell}`));
  return shell === 'zsh' ? text.replace(ZSH_SPLITS, ZSH_KEEPS) : text;
}

/** The library's takes words apart at the spaces that are quoted in them. */
const ZSH_SPLITS = `words=( "$\{=words[1,CURRENT]}" )`;
const ZSH_KEEPS = `words=( "$\{(@)words[1,CURRENT]}" )`;

/** The library prints a script, and does not return it. */
function printed(print: () => void): string {
  const { log } = console;
  let text = '';
  try {
    console.log = (line: string) => {
      text += `${line}\n`;
    };
    print();
  } finally {
    console.log = log;
  }
  return text;
}

const BASH = `# bash completion for refold
#
# It works with bash 3.2 or newer, and needs nothing else. Words of the line are handed over as they are typed, and candidates
# are taken as they come: neither is evaluated.

_refold() {
  COMPREPLY=()
  local words=() word piece= glue= index
  # bash has split words at = and :, and replaces the last piece alone.
  for ((index = 1; index <= COMP_CWORD; index++)); do
    word=$\{COMP_WORDS[index]}
    piece=$word
    if [[ $word =~ ^[=:]+$ ]]; then
      piece=
      glue=yes
    elif [[ -z $glue ]]; then
      words+=("$word")
      continue
    else
      glue=
    fi
    if (($\{#words[@]} == 0)); then words+=("$word"); else words[$\{#words[@]} - 1]+=$word; fi
  done
  local typed=$\{words[$\{#words[@]} - 1]} option=
  local before=$\{typed:0:$\{#typed} - $\{#piece}}
  # Candidates for --option=value come without the option.
  if [[ $typed == --*=* ]]; then option=$\{typed%%=*}=; fi

  local line value directive=0
  while IFS= read -r line; do
    if [[ $line =~ ^:[0-9]+$ ]]; then
      directive=$\{line#:}
    else
      value=$option$\{line%%$'\\t'*}
      if [[ $value == "$before"* ]]; then COMPREPLY+=("$\{value:$\{#before}}"); fi
    fi
  done <<< "$(refold completion bash complete -- "$\{words[@]}" < /dev/null 2> /dev/null)"
  if ((directive & 2)); then compopt -o nospace 2> /dev/null; fi
  if ((directive & 4)); then compopt +o bashdefault +o default 2> /dev/null; fi
  return 0
}

complete -o bashdefault -o default -F _refold refold
`;
