// Prints TypeScript types of the wire from the server's own contract, which is made from the schema:
//
//   node tools/wire_types.mjs ASYNCAPI.json OPENAPI.json > src/wire/wire.ts
//
// `out.board.CardRow` becomes BoardCardRow, `in.wire.Hello` Hello. Where a struct looks different on its way in (texts are words
// there), that one is called InNAME. Enums have no names in JSON Schema: those that pages speak of get theirs from `named`.

import { readFileSync } from 'node:fs';

const documents = process.argv.slice(2).map((file) => JSON.parse(readFileSync(file, 'utf8')));
const schemas = Object.assign({}, ...documents.map(({ components }) => components.schemas));

/** Where each enum of the schema is used, by the name it gets. */
const named = {
  Code: 'out.wire.Rejected.code',
  Role: 'out.wire.Facts.required',
  ViewName: 'out.wire.ViewUpdate.view',
  Missing: 'out.types.Figure.missing',
  BoardCategory: 'out.board.ColumnRow.category',
  AttentionReason: 'out.attention.Row.reason',
  AttentionClass: 'out.attention.Row.class',
  TimelineMark: 'out.timeline.MarkRow.mark',
  RiskBand: 'out.risk.CellRow.band',
  RiskStatus: 'out.risk.RiskState.status',
  ApprovalStatus: 'out.approval.RequestRow.status',
  ApprovalStanding: 'out.approval.Person.standing',
  ApprovalObstacle: 'out.approval.RequestRow.obstacle',
  ChangeStatus: 'out.change.ChangeState.status',
  ChangeKind: 'in.change.SubmitChange.kind',
  DecisionStatus: 'out.decision.DecisionState.status',
  ActKind: 'out.context.Act.what',
};

const upper = (word) => word[0].toUpperCase() + word.slice(1);
const quoted = (name) => (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ? name : JSON.stringify(name));

/** `out.board.CardRow` → BoardCardRow. What everybody speaks of stands without its file's name. */
function baseName(key) {
  const [, file, ...rest] = key.split('.');
  if (rest.length === 0) return key;
  const name = rest.map(upper).join('');
  if (['wire', 'types', 'parts', 'envelope', 'context'].includes(file)) return name;
  // RiskState says already that it is of risks; but RiskRow is one thing and Row of risks another.
  const short =
    name.startsWith(upper(file)) &&
    !Object.keys(schemas).some((each) => each.endsWith(`.${file}.${name.slice(file.length)}`));
  return short ? name : upper(file) + name;
}
const outNames = new Set(
  Object.keys(schemas)
    .filter((key) => !key.startsWith('in.'))
    .map(baseName),
);
/** Whether an inbound struct, with all that it refers to, is the outbound one. */
function same(key, seen = new Set()) {
  if (seen.has(key)) return true;
  seen.add(key);
  const other = schemas[key.replace(/^in\./, 'out.')];
  if (other === undefined) return false;
  const text = JSON.stringify(schemas[key]);
  // Inbound structs refuse unknown fields and take numbers for strings: what a page sends is the same.
  const shape = (of) => JSON.stringify(typeOf(of, '', true));
  const refs = [...text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(([, ref]) => ref);
  return shape(schemas[key]) === shape(other) && refs.every((ref) => !ref.startsWith('in.') || same(ref, seen));
}
function nameOf(key) {
  const name = baseName(key);
  if (!key.startsWith('in.') || !outNames.has(name)) return name;
  return same(key) ? name : `In${name}`;
}

const enums = new Map(); // its members as text → its name

function typeOf(schema, path, bare = false) {
  if (schema.$ref !== undefined) {
    const key = schema.$ref.replace('#/components/schemas/', '');
    return bare ? baseName(key) : nameOf(key);
  }
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) {
    const text = schema.enum.map((each) => JSON.stringify(each)).join(' | ');
    return (!bare && enums.get(text)) || text;
  }
  const either = schema.anyOf ?? (schema.properties === undefined ? schema.oneOf : undefined);
  if (either !== undefined) {
    // A name or, from a later server, its number; digits or, on the way in, a whole number: the first is what pages speak.
    const texts = [
      ...new Set(
        either.filter(({ type }) => type !== 'integer' || either.length === 1).map((each) => typeOf(each, path, bare)),
      ),
    ];
    return texts.length === 0 ? 'number' : texts.join(' | ');
  }
  const type = Array.isArray(schema.type)
    ? (schema.type.find((each) => each === 'string') ?? schema.type[0])
    : schema.type;
  switch (type) {
    case 'string':
      return 'string';
    case 'integer':
    case 'number':
      return 'number';
    case 'boolean':
      return 'boolean';
    case 'null':
      return 'null';
    case 'array': {
      const items = typeOf(schema.items ?? {}, path, bare);
      return /[ |]/.test(items) ? `(${items})[]` : `${items}[]`;
    }
    case 'object':
      return objectOf(schema, path, bare);
    default:
      return 'unknown';
  }
}

const isText = ({ properties }) =>
  properties !== undefined && Object.keys(properties).sort().join() === 'commitment,redacted,text';

function objectOf(schema, path, bare) {
  if (isText(schema)) return 'Text';
  const members = new Set((schema.oneOf ?? []).flatMap(({ required }) => required ?? []));
  const fields = Object.entries(schema.properties ?? {});
  const plain = fields.filter(([name]) => !members.has(name));
  const field = ([name, of], optional) =>
    `${quoted(name)}${optional ? '?' : ''}: ${typeOf(of, `${path}.${name}`, bare)}`;
  const required = new Set(schema.required ?? []);
  const base = plain.map((each) => field(each, !required.has(each[0])));
  if (members.size === 0) return base.length === 0 ? 'Record<string, never>' : `{ ${base.join('; ')} }`;
  const union = fields.filter(([name]) => members.has(name)).map((each) => `{ ${field(each, false)} }`);
  return (base.length === 0 ? '' : `{ ${base.join('; ')} } & (`) + union.join(' | ') + (base.length === 0 ? '' : ')');
}

function find(path) {
  const parts = path.split('.');
  const field = parts.pop();
  const schema = schemas[parts.join('.')]?.properties?.[field];
  const held = schema?.enum ? schema : schema?.anyOf?.find((each) => each.enum !== undefined);
  if (held === undefined) throw new Error(`no enum at ${path}`);
  return held.enum.map((each) => JSON.stringify(each)).join(' | ');
}
for (const [name, path] of Object.entries(named)) enums.set(find(path), name);

const out = [
  '/* Generated from the server’s contract by tools/wire_types.mjs: do not edit. schema/PROTOCOL.md, section 4, tells what JSON looks like. */',
  '',
  '/** A free text in events and rows: its words, or what is left when they were erased or are not at hand. */',
  'export type Text = { text: string; commitment?: string } | { redacted: true; commitment?: string } | { commitment: string };',
  '',
];
for (const [text, name] of [...enums].sort((a, b) => (a[1] < b[1] ? -1 : 1)))
  out.push(`export type ${name} = ${text};`);
out.push('', '/** Codes by their ordinal: events of the workspace tell numbers. */');
out.push(`export const codes: readonly Code[] = [${find(named.Code).split(' | ').join(', ')}];`, '');
const done = new Set(['Text']);
for (const key of Object.keys(schemas).sort()) {
  const name = nameOf(key);
  if (done.has(name)) continue;
  done.add(name);
  out.push(`export type ${name} = ${typeOf(schemas[key], key)};`);
}
const messages = Object.keys(schemas).filter((key) => /^(in|out)\.wire\./.test(key));
const lower = (word) => word[0].toLowerCase() + word.slice(1);
const union = new Map();
for (const key of messages) {
  const name = key.split('.').slice(2);
  if (name.length !== 1) continue;
  union.set(lower(name[0] === 'CommandRequest' ? 'Command' : name[0]), nameOf(key));
}
out.push('', '/** A line on the wire: an object with one member. */');
out.push(
  `export type Message = ${[...union]
    .sort()
    .map(([name, type]) => `{ ${name}: ${type} }`)
    .join(' | ')};`,
);
process.stdout.write(out.join('\n') + '\n');
