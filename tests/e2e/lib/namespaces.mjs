// Two network namespaces joined by a veth pair: 10.77.0.1 (server) and 10.77.0.2 (browser). Needs root.
import { execFileSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';

const run = (...command) => execFileSync(command[0], command.slice(1), { stdio: ['ignore', 'pipe', 'pipe'] }).toString();

export const isRoot = process.getuid() === 0;

export function makeNamespaces() {
  const id = process.pid % 100000;
  const [server, client] = [`ps${id}`, `pc${id}`];
  for (const name of [server, client]) run('ip', 'netns', 'add', name);
  run('ip', 'link', 'add', `vs${id}`, 'netns', server, 'type', 'veth', 'peer', 'name', `vc${id}`, 'netns', client);
  for (const [name, device, address] of [[server, `vs${id}`, '10.77.0.1/24'], [client, `vc${id}`, '10.77.0.2/24']]) {
    run('ip', '-n', name, 'address', 'add', address, 'dev', device);
    run('ip', '-n', name, 'link', 'set', device, 'up');
    run('ip', '-n', name, 'link', 'set', 'lo', 'up');
  }
  return {
    server,
    client,
    // A script that runs `program` inside the client's namespace, for launchers that want one path.
    wrapper(program, path) {
      writeFileSync(path, `#!/bin/sh\nexec ip netns exec ${client} ${program} "$@"\n`);
      chmodSync(path, 0o755);
      return path;
    },
    inClient: (...command) => run('ip', 'netns', 'exec', client, ...command),
    inServer: (...command) => run('ip', 'netns', 'exec', server, ...command),
    remove() {
      for (const name of [server, client]) run('ip', 'netns', 'del', name);
    },
  };
}
