#!/usr/bin/env node
/**
 * The command as it is installed: runs the program on this Node, or on the one that came along where this is too old.
 * Plain JavaScript, see node-version.js.
 */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';
import { isNewEnough, pinnedNode, tooOldText } from './node-version.js';

const { node: version } = process.versions;
/** Set for the second try: a Node that came along and is too old as well must not try again. */
const TRIED = 'SPOOLGATE_NODE_TRIED';

if (isNewEnough(version)) {
  delete process.env[TRIED];
  void start();
} else {
  const node = process.env[TRIED] ? null : pinnedNode();
  if (node === null) refuse();
  else runOn(node);
}

/** What an older Node cannot read is loaded here only. */
async function start() {
  const { keepCompiled } = await import('./compile-cache.js');
  keepCompiled();
  await import('../cli/command-line.ts');
}

function refuse() {
  process.stderr.write(`${tooOldText(version)}\n`);
  process.exitCode = 1;
}

/** @param {string} node */
function runOn(node) {
  const self = fileURLToPath(import.meta.url);
  const child = spawn(node, [self, ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: { ...process.env, [TRIED]: '1' },
  });
  // Whoever stops this process means the program. A terminal sends its signals to both.
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', refuse);
  child.on('exit', (code, signal) => {
    process.exitCode = code === null ? 128 + constants.signals[signal] : code;
  });
}
