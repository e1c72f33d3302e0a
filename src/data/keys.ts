/** Keys of people that one person may have in two spellings: "007" and "7", "P-12" and "p12", "5.0" and "5". */

export interface PersonKey {
  readonly text: string;
  /** Places of the sources that have it. */
  readonly origin: readonly number[];
}

/** What is left of a key without case, blanks, zeros before a number and the decimals of a whole one; signs are alike. */
const plain = (text: string): string =>
  text
    .toLowerCase()
    .replace(/^(\d+)\.0+$/, "$1")
    .replace(/(?<!\d)0+(?=\d)/g, "")
    .replace(/(?<=\d)[\s._/-]+(?=\d)/g, "-")
    .replace(/(?<!\d)[\s._/-]+|[\s._/-]+(?!\d)/g, "");

/** How many keys stand in one source like this and in another only in another spelling, and the first two that do. */
export function alikeKeys(keys: readonly PersonKey[]): { count: number; first?: readonly [PersonKey, PersonKey] } {
  const earlier = new Map<string, PersonKey>();
  let count = 0;
  let first: readonly [PersonKey, PersonKey] | undefined;
  for (const key of keys) {
    const form = plain(key.text);
    const other = earlier.get(form);
    if (!other) earlier.set(form, key);
    else if (!key.origin.some((s) => other.origin.includes(s))) {
      count++;
      first ??= [other, key];
    }
  }
  return { count, first };
}

/** A sentence about people whose keys are spelled otherwise in another table; none if there are none. */
export function alikeNote(keys: readonly PersonKey[], key: string, tables: readonly string[]): string[] {
  const { count, first } = alikeKeys(keys);
  if (!first) return [];
  const [here, there] = first.map(({ text, origin }) => `'${text}' in ${tables[origin[0]]}`);
  return [
    `${count === 1 ? "One person's" : `${count} people's`} '${key}' differs between tables in case, zeros or signs alone, such as ${here} and ${there}: ` +
      "they were taken as other people; spell them alike if they are the same.",
  ];
}
