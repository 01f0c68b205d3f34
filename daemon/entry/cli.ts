#!/usr/bin/env node
// What `node daemon/cli.ts` runs, by a link. Plain JavaScript without imports, in a folder of CommonJS: an older Node takes
// it for that, where it would refuse a TypeScript module before anything of ours could say a word.
void (async () => {
  const { isNewEnough, tooOldText } = await import('../node-version.js');
  const { node } = process.versions;
  if (isNewEnough(node)) {
    (await import('../compile-cache.js')).keepCompiled();
    return void (await import('../../cli/command-line.ts'));
  }
  process.stderr.write(`${tooOldText(node)}\n`);
  process.exitCode = 1;
})();
