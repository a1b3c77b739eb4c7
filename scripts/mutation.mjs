/**
 * Breaks the phone's modules one clause at a time, and names what no Node test notices: `make mutation`.
 *
 * As `mutation.py` does for Python. No file is changed: the test of a module loads a mutant in the module's place.
 */

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import ts from "typescript";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const MODULES = ["notes", "session", "heartbeats", "quality"].map((name) => `webphone/${name}.js`);
const LIMIT_MS = 20_000;
const SWAPPED = {
  "<": "<=", "<=": "<", ">": ">=", ">=": ">", "===": "!==", "!==": "===",
  "&&": "||", "||": "&&", "??": "&&", "+": "-", "-": "+", "*": "/", "/": "*",
};
const CLAUSES = new Set(["&&", "||", "??"]);

/** What may stand in the place of a node. @param {ts.Node} node @returns {string[]} */
function changed(node) {
  if (ts.isBinaryExpression(node)) {
    const [left, sign, right] = [node.left.getText(), node.operatorToken.getText(), node.right.getText()];
    const sides = CLAUSES.has(sign) ? [left, right] : [];
    return sign in SWAPPED ? [`(${left}) ${SWAPPED[sign]} (${right})`, ...sides] : [];
  }
  if (ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.ExclamationToken)
    return [node.operand.getText()];
  if (ts.isConditionalExpression(node)) return [node.whenTrue.getText(), node.whenFalse.getText()];
  if (ts.isNumericLiteral(node)) return [`${Number(node.text) + 1}`];
  if (node.kind === ts.SyntaxKind.TrueKeyword) return ["false"];
  if (node.kind === ts.SyntaxKind.FalseKeyword) return ["true"];
  return [];
}

/** @param {string} source @returns {{ shown: string, text: string }[]} */
function mutants(source) {
  const tree = ts.createSourceFile("module.js", source, ts.ScriptTarget.Latest, true);
  const found = [];
  const add = (node, text) => {
    const [from, to] = [node.getStart(), node.getEnd()];
    const line = tree.getLineAndCharacterOfPosition(from).line + 1;
    const shown = `${line}: ${source.slice(from, to).replace(/\s+/g, " ")}  →  ${text}`;
    found.push({ shown, text: `${source.slice(0, from)}(${text})${source.slice(to)}` });
  };
  const visit = (node) => {
    changed(node).forEach((text) => add(node, text));
    if (ts.isIfStatement(node)) ["true", "false"].forEach((text) => add(node.expression, text));
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return found;
}

/** Loads what the environment names in the place of a module. */
const HOOK = `
import { register } from "node:module";
const load = "export const load = (url, context, next) => url === process.env.MUTATED" +
  " ? { format: 'module', source: process.env.MUTANT, shortCircuit: true } : next(url, context);";
register("data:text/javascript," + encodeURIComponent(load));
`;

/** @param {string} module @param {string} source */
function isNoticed(module, source) {
  const test = `tests/browser/webphone/modules/${basename(module, ".js")}.test.mjs`;
  const env = { ...process.env, MUTATED: pathToFileURL(resolve(ROOT, module)).href, MUTANT: source };
  const hook = `data:text/javascript,${encodeURIComponent(HOOK)}`;
  const run = spawnSync(process.execPath, ["--import", hook, test], { cwd: ROOT, env, timeout: LIMIT_MS });
  return run.status !== 0;
}

let [left, total] = [0, 0];
for (const module of process.argv.length > 2 ? process.argv.slice(2) : MODULES) {
  const source = readFileSync(resolve(ROOT, module), "utf8");
  if (isNoticed(module, source)) throw new Error(`${module}: its tests fail without any change`);
  const made = mutants(source);
  const found = made.filter(({ text }) => !isNoticed(module, text));
  console.log(`${module}: ${made.length - found.length} of ${made.length} mutants noticed`);
  found.forEach(({ shown }) => console.log(`  ${module}:${shown}`));
  [left, total] = [left + found.length, total + made.length];
}
console.log(`score ${(100 * (1 - left / total)).toFixed(1)}%: ${total - left} of ${total} mutants noticed`);
