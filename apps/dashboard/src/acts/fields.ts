/** What a form asks for, as data: a part describes it, `Field.svelte` draws it. Pure. */

import type * as wire from '../wire/wire';

/** What each kind of field gives. Undefined, '' and [] mean: nothing was said. */
export interface Kinds {
  text: string;
  long: string;
  /** Several texts, one a line. */
  lines: string[];
  number: number | undefined;
  money: wire.Money | undefined;
  choice: string;
  yes: boolean;
  /** One of many, found by typing. */
  one: string;
  many: string[];
  /** Days since 1970. */
  day: number | undefined;
  /** Milliseconds since 1970. */
  time: number | undefined;
  file: FileFacts | undefined;
}
export type Kind = keyof Kinds;

/** What is known of a file: it is not sent anywhere. */
export interface FileFacts {
  name: string;
  sha256: string;
  bytes: number;
}
export interface Option {
  value: string;
  label: string;
  /** Said beside it, smaller. */
  tail?: string;
}

export interface Field<K extends Kind = Kind> {
  kind: K;
  label: string;
  value?: Kinds[K];
  required?: boolean;
  /** Under the field: what it is for, in what unit. */
  hint?: string;
  /** Of a number, its bounds; of texts, the most characters; of several, the most of them. */
  least?: number;
  most?: number;
  step?: number;
  options?: readonly Option[];
  /** What choosing nothing means: "everybody". */
  nothing?: string;
  /** Not asked for: it keeps its value. */
  hidden?: boolean;
}
export type Fields = Readonly<Record<string, Field>>;
export type Values<F extends Fields> = { [N in keyof F]: F[N] extends Field<infer K> ? Kinds[K] : never };

type Rest<K extends Kind> = Omit<Field<K>, 'kind' | 'label'>;
const of =
  <K extends Kind>(kind: K) =>
  (label: string, rest: Rest<K> = {}): Field<K> => ({ kind, label, ...rest });
const chosen =
  <K extends Kind>(kind: K) =>
  (label: string, options: readonly Option[], rest: Rest<K> = {}): Field<K> => ({ kind, label, options, ...rest });

export const text = of('text');
export const long = of('long');
export const lines = of('lines');
export const number = of('number');
export const money = of('money');
export const yes = of('yes');
export const day = of('day');
export const time = of('time');
export const file = of('file');
export const choice = chosen('choice');
export const one = chosen('one');
export const many = chosen('many');

/** Names of the schema as options: `withinMonth` is "within month". */
export function named(values: readonly string[], labels: Record<string, string> = {}): Option[] {
  return values.map((value) => ({
    value,
    label: labels[value] ?? value.replace(/([A-Z])/g, ' $1').toLowerCase(),
  }));
}
/** 1 to 5, each with a word. */
export function five(words: readonly [string, string, string, string, string]): Option[] {
  return words.map((word, i) => ({ value: String(i + 1), label: `${String(i + 1)}  ${word}` }));
}

const TEXT_MOST = { text: 500, long: 4000, lines: 500 } as const;
export function mostOf(field: Field): number | undefined {
  if (field.most !== undefined) return field.most;
  return field.kind === 'text' || field.kind === 'long' || field.kind === 'lines' ? TEXT_MOST[field.kind] : undefined;
}

function empty(kind: Kind): Kinds[Kind] {
  switch (kind) {
    case 'text':
    case 'long':
    case 'choice':
    case 'one':
      return '';
    case 'lines':
    case 'many':
      return [];
    case 'yes':
      return false;
    case 'number':
    case 'money':
    case 'day':
    case 'time':
    case 'file':
      return undefined;
  }
}
/** What stands in a form when it is opened. */
export function initial(fields: Fields): Record<string, Kinds[Kind]> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, field]) => [
      name,
      field.value ??
        (field.kind === 'choice' && field.required === true ? (field.options?.[0]?.value ?? '') : empty(field.kind)),
    ]),
  );
}

/** What a field lacks, by what is so and the way on; undefined: nothing. */
export function lack(field: Field, value: Kinds[Kind]): string | undefined {
  const isEmpty =
    value === undefined ||
    (typeof value === 'string' && value.trim() === '') ||
    (Array.isArray(value) && value.every((each) => each.trim() === ''));
  if (isEmpty) {
    if (field.required !== true) return undefined;
    if (field.options?.length === 0) return 'There is none to choose from.';
    if (field.kind === 'number') return 'Give a number.';
    return field.kind === 'one' || field.kind === 'many' || field.kind === 'choice'
      ? 'Choose one.'
      : 'It takes some words.';
  }
  const most = mostOf(field);
  if (typeof value === 'number') {
    if (Number.isNaN(value)) return 'Give a number.';
    if (field.least !== undefined && value < field.least) return `It is ${String(field.least)} at least.`;
    if (most !== undefined && value > most) return `It is ${String(most)} at most.`;
  } else if (typeof value === 'string' && most !== undefined && value.length > most) {
    return `It has ${String(value.length)} characters; ${String(most)} fit.`;
  } else if (Array.isArray(value)) {
    const count = field.kind === 'lines' ? value.filter((each) => each.trim() !== '').length : value.length;
    if (field.least !== undefined && count < field.least) return `It takes ${String(field.least)} at least.`;
    if (field.kind === 'many' && most !== undefined && count > most) return `${String(most)} at most.`;
  }
  return undefined;
}
/** By field: what it lacks. Empty: the form may be given. */
export function lacks(fields: Fields, values: Record<string, Kinds[Kind]>): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [name, field] of Object.entries(fields)) {
    if (field.hidden === true) continue;
    const told = lack(field, values[name]);
    if (told !== undefined) found[name] = told;
  }
  return found;
}
/** What was typed, without spaces around it and without empty lines. */
export function trimmed(values: Record<string, Kinds[Kind]>): Record<string, Kinds[Kind]> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      typeof value === 'string'
        ? value.trim()
        : Array.isArray(value)
          ? value.map((each) => each.trim()).filter((each) => each !== '')
          : value,
    ]),
  );
}
