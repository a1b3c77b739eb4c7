/** The page asks for all its modules at once: found one by one they would take a round trip for each level. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const folder = new URL("../../../../webphone/", import.meta.url);
const IMPORT = /^(?:import|export)[^;]*?from "(\.[^"]+)";/gms;

/** A module and everything that it needs before it runs. @param {string} name @param {Set<string>} found */
function closure(name, found = new Set()) {
  if (found.has(name)) return found;
  found.add(name);
  const at = new URL(name, folder);
  for (const [, wanted] of readFileSync(at, "utf8").matchAll(IMPORT)) closure(new URL(wanted, at).href.slice(folder.href.length), found);
  return found;
}

test("what the phone needs before its first call is asked for by the page itself", () => {
  const page = readFileSync(new URL("index.html", folder), "utf8");
  const asked = [...page.matchAll(/<link rel="modulepreload" href="([^"]+)"/g)].map(([, name]) => name);
  assert.deepEqual(asked.sort(), [...closure("phone.js", closure("main.js"))].sort());
});
