/** Every text is there in every language, and nothing is there that nobody reads. */

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { en } from "../../../../webphone/strings/en.js";
import { fi } from "../../../../webphone/strings/fi.js";
import { sv } from "../../../../webphone/strings/sv.js";

const folder = new URL("../../../../webphone/", import.meta.url).pathname;
const names = ["", "views/"].flatMap((place) => readdirSync(folder + place).map((name) => place + name)).filter((name) => name.endsWith(".js"));
const source = names.map((name) => readFileSync(folder + name, "utf8")).join("\n");
const literals = new Set([...source.matchAll(/"([a-z][a-z.-]*[a-z])"/g)].map(([, key]) => key));
const built = [...source.matchAll(/`([a-z-]+(?:\.[a-z-]+)*\.)\$\{/g)].map(([, beginning]) => beginning);
const screens = ["role.", "agent.", "unavailable."];

for (const [name, texts] of Object.entries({ fi, sv })) {
  test(`${name} has the same texts as en, with the same values in them`, () => {
    assert.deepEqual(Object.keys(texts).sort(), Object.keys(en).sort());
    const values = (text) => (text.match(/\{\w+\}/g) ?? []).sort();
    for (const key of Object.keys(en)) assert.deepEqual(values(texts[key]), values(en[key]), key);
  });
}

test("every text that is asked for by its whole key exists", () => {
  const asked = [...source.matchAll(/\bt\("([^"]+)"/g)].map(([, key]) => key);
  assert.deepEqual(asked.filter((key) => !(key in en)), []);
});

test("every text is asked for, by its whole key or by one that is put together", () => {
  const isAsked = (key) => literals.has(key) || [...built, ...screens].some((beginning) => key.startsWith(beginning));
  assert.deepEqual(Object.keys(en).filter((key) => !isAsked(key)), []);
});
