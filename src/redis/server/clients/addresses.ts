/** The parameter `bind`: addresses separated by spaces. */

export interface BindAddress {
  readonly address: string;
  /** Whether the server goes on when the machine does not have the address: `-` stands before it. */
  readonly isOptional: boolean;
}

/** `*` stands for every address of IPv4, `::*` for every one of IPv6. */
export function bindAddresses(bind: string): readonly BindAddress[] {
  return bind
    .split(' ')
    .filter(Boolean)
    .map((word) => {
      const isOptional = word.startsWith('-');
      const address = isOptional ? word.slice(1) : word;
      return { address: address === '*' ? '0.0.0.0' : address === '::*' ? '::' : address, isOptional };
    });
}
