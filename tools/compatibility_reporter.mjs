// A reporter for `node --test` that prints docs/livekit-compatibility.md: what was tried with which client, and whether it worked.
// ./dev e2e --report docs/livekit-compatibility.md. Writes to the file that PORTICO_REPORT names, anew after each test: --test-force-exit
// does not wait for a reporter's output.
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';

const root = join(import.meta.dirname, '..');
const { packages } = JSON.parse(readFileSync(join(root, 'tests/e2e/package-lock.json'), 'utf8'));
const version = (name) => packages[`node_modules/${name}`]?.version ?? 'not installed';
const clients = ['livekit-client', '@livekit/rtc-node', '@livekit/protocol', 'livekit-server-sdk'];

// The sentence at the head of a test file says what it is about.
const subject = (file) => readFileSync(file, 'utf8').match(/^\/\/ (.*)$/m)?.[1] ?? basename(file);
const cell = (text) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

function page(files) {
  let text =
    '# LiveKit compatibility\n\nPrinted by `./dev e2e --report docs/livekit-compatibility.md`: real clients against the real server, unchanged from the npm registry.\n\n';
  text += '| package | version |\n|---|---|\n';
  for (const name of clients) text += `| \`${name}\` | ${version(name)} |\n`;
  text += '\nChromium and Firefox ESR are those of Debian 12. `/rtc/v1` is one peer connection, `/rtc` two.\n';
  for (const [file, rows] of [...files].sort()) {
    text += `\n## ${basename(file, '.test.mjs').replaceAll('_', ' ')}\n\n${subject(file)}\n\n| what | result |\n|---|---|\n`;
    for (const [title, result] of rows) text += `| ${cell(title)} | ${cell(result)} |\n`;
  }
  text += '\nWhat is missing altogether is listed in the [README](../README.md#what-does-not-work-yet).\n';
  return text;
}

export default async function* report(events) {
  const files = new Map();
  const path = [];
  for await (const { type, data } of events) {
    if (type === 'test:start') {
      path.length = data.nesting;
      path[data.nesting] = data.name;
    } else if ((type === 'test:pass' || type === 'test:fail') && data.details?.type !== 'suite' && data.file) {
      const title = [...path.slice(0, data.nesting), data.name].join(': ');
      const result = data.skip !== undefined && data.skip !== false ? `not tried (${data.skip || 'skipped'})` : type === 'test:pass' ? 'works' : '**fails**';
      if (!files.has(data.file)) files.set(data.file, []);
      files.get(data.file).push([title, result]);
      writeFileSync(process.env.PORTICO_REPORT, page(files));
    }
  }
}
