/** INFO: sections in Redis's order, each a list of fields. */

/** Fields of a section, in order. */
export type Fields = readonly (readonly [name: string, value: string | number])[];

export interface Section {
  /** As its headline spells it. */
  readonly name: string;
  /** Whether INFO without arguments leaves it out. */
  readonly isExtra?: true;
  /** @param now ms since the epoch */
  readonly fields: (now: number) => Fields;
}

/**
 * The text of the sections that are asked for.
 *
 * @param wanted names in lower case, or `all`, `default`, `everything`; none for the default ones. Unknown names are ignored.
 */
export function infoText(sections: readonly Section[], wanted: readonly string[], now: number): string {
  const isDefault = wanted.length === 0 || wanted.includes('default');
  const isAll = wanted.includes('all') || wanted.includes('everything');
  return sections
    .filter(({ name, isExtra }) => isAll || wanted.includes(name.toLowerCase()) || (isDefault && !isExtra))
    .map(({ name, fields }) => {
      const lines = fields(now).map(([field, value]) => `${field}:${value}\r\n`);
      return `# ${name}\r\n${lines.join('')}`;
    })
    .join('\r\n');
}

/** `1536` as `1.50K`. */
export function humanBytes(bytes: number): string {
  const units = ['B', 'K', 'M', 'G', 'T', 'P'];
  let unit = 0;
  let value = bytes;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return unit === 0 ? `${Math.floor(value)}B` : `${value.toFixed(2)}${units[unit]}`;
}
