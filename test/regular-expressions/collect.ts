import { readFileSync, globSync } from 'node:fs';
import path from 'node:path';
import { parseAst } from 'vitest/node';

/** A regular expression of the program, and where it stands. */
export interface Found {
  /** `src/kinds/directory/reader.ts:43` */
  where: string;
  source: string;
  flags: string;
}

interface Node {
  type: string;
  start: number;
  [key: string]: unknown;
}

const ROOT = path.join(import.meta.dirname, '../..');

/** Every regular expression of the program, literal or constructed. @throws where the parts of one cannot be told */
export function regularExpressions(): Found[] {
  return globSync('{cli,daemon,demo,src}/**/*.ts', { cwd: ROOT })
    .sort()
    .flatMap((file) => expressionsIn(file, readFileSync(path.join(ROOT, file), 'utf8')));
}

/** @param file names it in the result */
export function expressionsIn(file: string, text: string): Found[] {
  const nodes = [...nodesOf(parseAst(text, { lang: 'ts' }))];
  const constants = new Map<string, Node>();
  for (const { type, id, init } of nodes)
    if (type === 'VariableDeclarator' && isNode(id) && isNode(init)) constants.set(String(id.name), init);
  return nodes.flatMap((node) => {
    const where = `${file}:${text.slice(0, node.start).split('\n').length}`;
    if (isLiteral(node)) return [{ where, source: node.regex.pattern, flags: node.regex.flags }];
    if (!isConstruction(node)) return [];
    const [source, flags] = node.arguments.map((argument) => textOf(argument, constants, where));
    return [{ where, source: source ?? '', flags: flags ?? '' }];
  });
}

function* nodesOf(value: unknown): Generator<Node> {
  if (isNode(value)) yield value;
  if (typeof value !== 'object' || value === null || value instanceof RegExp) return;
  for (const inner of Object.values(value)) yield* nodesOf(inner);
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'type' in value && 'start' in value;

const isLiteral = (node: Node): node is Node & { regex: { pattern: string; flags: string } } =>
  node.type === 'Literal' && 'regex' in node && node.regex !== null;

const isConstruction = (node: Node): node is Node & { arguments: Node[] } =>
  ['NewExpression', 'CallExpression'].includes(node.type) &&
  isNode(node.callee) &&
  node.callee.name === 'RegExp';

/** A text that is written down: a literal, a constant of the same file, or a template of them. */
function textOf(node: Node, constants: ReadonlyMap<string, Node>, where: string): string {
  const constant = node.type === 'Identifier' ? constants.get(String(node.name)) : undefined;
  if (constant) return textOf(constant, constants, where);
  if (node.type === 'Literal' && typeof node.value === 'string') return node.value;
  if (node.type === 'TemplateLiteral') {
    const { quasis, expressions } = node as unknown as {
      quasis: { value: { cooked: string } }[];
      expressions: Node[];
    };
    const parts = expressions.map((inner) => textOf(inner, constants, where));
    return quasis.map(({ value }, index) => value.cooked + (parts[index] ?? '')).join('');
  }
  throw new Error(`${where}: nobody can tell what is in this RegExp; build it from constants of its file`);
}
