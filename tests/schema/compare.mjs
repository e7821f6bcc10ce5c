// Holds schema/proto to the published definition: every message, field number, type, label, oneof and enum value must equal
// that of npm's @livekit/protocol, and fields of theirs that we leave out must be `reserved` on our side.
//
//   node tests/schema/compare.mjs [node_modules/@livekit/protocol]     (or LIVEKIT_PROTOCOL=...)
//
// Prints one line per difference; exit status 1 when there are any, 77 (skipped) when the package isn't there.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const packagePath = resolve(
  process.argv[2] ?? process.env.LIVEKIT_PROTOCOL ?? join(root, 'web/node_modules/@livekit/protocol'),
);
if (!existsSync(join(packagePath, 'package.json'))) {
  console.log(`skipped: no package at ${packagePath}`);
  process.exit(77);
}

// A reader for our own files: one declaration a line, as they are written.
function readSchema(folder) {
  const messages = new Map();
  const enums = new Map();
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.proto'))) {
    const scopes = [];
    for (const [index, raw] of readFileSync(join(folder, file), 'utf8').split('\n').entries()) {
      const line = raw.replace(/\/\/.*/, '').trim();
      const name = (last) => [...scopes.map((s) => s.name), last].filter(Boolean).join('.');
      const top = scopes.at(-1);
      let m;
      if (!line || /^(syntax|package|import|rpc)\b/.test(line)) continue;
      if ((m = line.match(/^message (\w+) \{(\})?$/))) {
        const message = { fields: [], reserved: new Set() };
        messages.set(name(m[1]), message);
        if (!m[2]) scopes.push({ name: m[1], message });
      } else if ((m = line.match(/^enum (\w+) \{$/))) {
        const values = new Map();
        enums.set(name(m[1]), values);
        scopes.push({ name: m[1], values });
      } else if ((m = line.match(/^oneof (\w+) \{$/))) {
        scopes.push({ oneof: m[1], message: top.message });
      } else if (/^service \w+ \{$/.test(line)) {
        scopes.push({ service: true });
      } else if (line === '}') {
        scopes.pop();
      } else if ((m = line.match(/^reserved ([\d, ]+);$/))) {
        for (const number of m[1].split(',')) top.message.reserved.add(Number(number));
      } else if ((m = line.match(/^(\w+) = (\d+);$/)) && top?.values) {
        top.values.set(m[1], Number(m[2]));
      } else if ((m = line.match(/^(?:(repeated|optional) )?(map<(\w+), ([\w.]+)>|[\w.]+) (\w+) = (\d+);$/)) && top?.message) {
        top.message.fields.push({
          label: m[1] ?? '', key: m[3], type: m[4] ?? m[2], name: m[5], number: Number(m[6]),
          oneof: top.oneof ?? '', scope: name(''),
        });
      } else {
        throw new Error(`${file}:${index + 1}: cannot read "${line}"`);
      }
    }
  }
  return { messages, enums };
}

const SCALARS = ['', 'double', 'float', 'int64', 'uint64', 'int32', 'fixed64', 'fixed32', 'bool', 'string', '', '',
  'bytes', 'uint32', '', 'sfixed32', 'sfixed64', 'sint32', 'sint64'];
const typeName = (kind, T) => (kind === 'scalar' ? SCALARS[T] : T.typeName.replace(/^livekit\./, ''));

// The published types that are reachable from what the package exports, by name without "livekit.".
async function readPackage(path) {
  const { exports } = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8'));
  const entry = exports?.['.']?.import?.default ?? exports?.['.']?.import ?? './dist/index.mjs';
  const types = new Map();
  const enums = new Map();
  const visit = (T) => {
    const name = T.typeName.replace(/^livekit\./, '');
    if (types.has(name)) return;
    types.set(name, T);
    for (const field of T.fields.list()) {
      const value = field.kind === 'map' ? field.V : field;
      if (value.kind === 'message') visit(value.T);
      if (value.kind === 'enum') enums.set(typeName('enum', value.T), value.T);
    }
  };
  for (const value of Object.values(await import(pathToFileURL(join(path, entry))))) {
    if (value?.typeName && value?.fields) visit(value);
  }
  return { types, enums };
}

const describeTheirs = (field) => {
  const map = field.kind === 'map';
  const label = field.repeated ? 'repeated' : !field.oneof && field.opt ? 'optional' : '';
  return [label, map ? SCALARS[field.K] : '', map ? typeName(field.V.kind, field.V.T) : typeName(field.kind, field.T),
    field.name, field.oneof?.name ?? ''].join(' ');
};

const ours = readSchema(join(root, 'schema/proto'));
const theirs = await readPackage(packagePath);
const known = new Set([...ours.messages.keys(), ...ours.enums.keys()]);

// Protobuf's name lookup: innermost scope first.
function resolveType(field) {
  if (SCALARS.includes(field.type) || field.type.startsWith('google.')) return field.type;
  const scope = field.scope.split('.').filter(Boolean);
  for (let depth = scope.length; depth >= 0; --depth) {
    const candidate = [...scope.slice(0, depth), field.type].join('.');
    if (known.has(candidate)) return candidate;
  }
  return `unresolved ${field.type}`;
}
const describeOurs = (field) =>
  [field.label, field.key ?? '', resolveType(field), field.name, field.oneof].join(' ');

const differences = [];
let compared = 0;
for (const [name, message] of ours.messages) {
  const type = theirs.types.get(name);
  if (!type) {
    if (message.fields.length) differences.push(`${name}: no such message in the package`);
    continue;
  }
  const published = new Map(type.fields.list().map((field) => [field.no, field]));
  for (const field of message.fields) {
    ++compared;
    const other = published.get(field.number);
    published.delete(field.number);
    if (!other) differences.push(`${name}.${field.name} = ${field.number}: not in the package`);
    else if (describeOurs(field) !== describeTheirs(other)) {
      differences.push(`${name} ${field.number}: ours "${describeOurs(field)}", theirs "${describeTheirs(other)}"`);
    }
  }
  for (const [number, field] of published) {
    if (!message.reserved.has(number)) differences.push(`${name} ${number}: "${describeTheirs(field)}" is missing here`);
  }
}
for (const [name, values] of ours.enums) {
  const type = theirs.enums.get(name);
  if (!type) {
    differences.push(`${name}: no such enum in the package`);
    continue;
  }
  const published = new Map(type.values.map((value) => [value.name, value.no]));
  for (const [value, number] of values) {
    ++compared;
    if (published.get(value) !== number) differences.push(`${name}.${value}: ours ${number}, theirs ${published.get(value)}`);
    published.delete(value);
  }
  for (const [value, number] of published) differences.push(`${name}.${value} = ${number} is missing here`);
}

for (const difference of differences) console.log(difference);
console.log(`${ours.messages.size} messages, ${ours.enums.size} enums, ${compared} entries compared, ${differences.length} differences`);
process.exit(differences.length ? 1 : 0);
