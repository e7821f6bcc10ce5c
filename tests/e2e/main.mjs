// Runs every *.test.mjs here, one after the other (two cores), or those whose name contains an argument.
// --report FILE: also writes what was tried and worked, as docs/livekit-compatibility.md.
import { readdirSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';

const here = import.meta.dirname;
const wanted = process.argv.slice(2);
const at = wanted.indexOf('--report');
const report = at < 0 ? undefined : wanted.splice(at, 2)[1];
const reporters = report
  ? ['--test-reporter=spec', '--test-reporter-destination=stdout', `--test-reporter=${join(here, '../../tools/compatibility_reporter.mjs')}`, '--test-reporter-destination=stderr']
  : [];
const files = readdirSync(here)
  .filter((f) => f.endsWith('.test.mjs') && (wanted.length === 0 || wanted.some((w) => f.includes(w))))
  .map((f) => join(here, f));
const { status } = spawnSync(process.execPath, ['--test', '--test-concurrency=1', '--test-force-exit', '--test-timeout=240000', ...reporters, ...files], {
  stdio: 'inherit',
  env: { ...process.env, ...(report && { PORTICO_REPORT: resolve(report) }) },
});
process.exit(status ?? 1);
