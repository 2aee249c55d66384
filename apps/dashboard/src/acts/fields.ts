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
  /** As many as wanted, each of the fields of `row`. */
  rows: Row[];
}
export interface Row {
  [name: string]: Kinds[Exclude<Kind, 'rows'>];
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
/** What is to be chosen from, where it has to be fetched, and which of it is taken unless somebody takes it out. */
export interface Fetched {
  options: readonly Option[];
  value: readonly string[];
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
  /** Of `many`: the options, where they have to be fetched. */
  fetch?: () => Promise<Fetched>;
  /** Of `rows`: what each asks for, and what one is called: "level". */
  row?: Fields;
  noun?: string;
  /** What choosing nothing means: "everybody". */
  nothing?: string;
  /** Not asked for: it keeps its value. */
  hidden?: boolean;
}
export type Fields = Readonly<Record<string, Field>>;
export type Values<F extends Fields> = {
  [N in keyof F]: F[N] extends { row: infer R extends Fields }
    ? Values<R>[]
    : F[N] extends Field<infer K>
      ? Kinds[K]
      : never;
};

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
export const rows = <R extends Fields>(
  label: string,
  noun: string,
  row: R,
  rest: Omit<Rest<'rows'>, 'row'> = {},
): Field<'rows'> & { row: R } => ({ kind: 'rows', label, noun, row, ...rest });

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
    case 'rows':
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
export function initial<K extends Kind>(fields: Readonly<Record<string, Field<K>>>): Record<string, Kinds[K]> {
  const of = (field: Field): Kinds[Kind] =>
    field.value ??
    (field.kind === 'choice' && field.required === true ? (field.options?.[0]?.value ?? '') : empty(field.kind));
  return Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, of(field) as Kinds[K]]));
}

const isRows = (field: Field): field is Field<'rows'> & { row: Fields } => field.kind === 'rows' && 'row' in field;
const isTexts = (value: Kinds[Kind]): value is string[] =>
  Array.isArray(value) && value.every((each) => typeof each === 'string');
const isRowList = (value: Kinds[Kind]): value is Row[] =>
  Array.isArray(value) && value.every((each) => typeof each === 'object');
/** Of `rows`: what stands in it. */
export const rowsOf = (value: Kinds[Kind]): Row[] => (isRowList(value) ? value : []);

/** What a field lacks, by what is so and the way on; undefined: nothing. */
export function lack(field: Field, value: Kinds[Kind]): string | undefined {
  if (isRows(field)) return lackOfRows(field, rowsOf(value).length);
  const isEmpty =
    value === undefined ||
    (typeof value === 'string' && value.trim() === '') ||
    (isTexts(value) && value.every((each) => each.trim() === ''));
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
  } else if (isTexts(value)) {
    const count = field.kind === 'lines' ? value.filter((each) => each.trim() !== '').length : value.length;
    if (field.least !== undefined && count < field.least) return `It takes ${String(field.least)} at least.`;
    if (field.kind === 'many' && most !== undefined && count > most) return `${String(most)} at most.`;
  }
  return undefined;
}
function lackOfRows({ least = 0, most }: Field<'rows'>, count: number): string | undefined {
  if (count < least) return `It takes ${String(least)} at least.`;
  return most !== undefined && count > most ? `${String(most)} at most.` : undefined;
}
/** A field of a row, by one name: what it lacks is told by it. */
export const inRow = (name: string, row: number, field: string): string => `${name}-${String(row)}-${field}`;
/** By field: what it lacks. Empty: the form may be given. */
export function lacks(fields: Fields, values: Record<string, Kinds[Kind]>): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [name, field] of Object.entries(fields)) {
    if (field.hidden === true) continue;
    const told = lack(field, values[name]);
    if (told !== undefined) found[name] = told;
    if (!isRows(field)) continue;
    for (const [i, row] of rowsOf(values[name]).entries())
      for (const [each, of] of Object.entries(lacks(field.row, row))) found[inRow(name, i, each)] = of;
  }
  return found;
}
/** What was typed, without spaces around it and without empty lines. */
export function trimmed<K extends Kind>(values: Record<string, Kinds[K]>): Record<string, Kinds[K]> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, trim(value) as Kinds[K]]));
}
function trim(value: Kinds[Kind]): Kinds[Kind] {
  if (typeof value === 'string') return value.trim();
  if (isTexts(value)) return value.map((each) => each.trim()).filter((each) => each !== '');
  return isRowList(value) ? value.map((each) => trimmed(each) as Row) : value;
}
