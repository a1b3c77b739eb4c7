/** What outlives the page, where the browser lets it; where not, the page keeps it as long as it is open. */

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { kept } from "../../../../webphone/kept.js";

/** @param {() => any} get */
const browser = (get) => Object.defineProperty(globalThis, "localStorage", { get, configurable: true });

beforeEach(() => kept.keys().forEach((key) => kept.removeItem(key)));

test("where third-party cookies are blocked nothing is refused, and what was kept is there", () => {
  browser(() => {
    throw new DOMException("", "SecurityError");
  });
  assert.equal(kept.getItem("a"), null);
  kept.setItem("a", "1");
  assert.deepEqual([kept.getItem("a"), kept.keys()], ["1", ["a"]]);
  kept.removeItem("a");
  assert.equal(kept.getItem("a"), null);
});

test("on a full disk what the page has counts, not what is older", () => {
  const full = { a: "old", getItem: () => "old", setItem: () => { throw new DOMException("", "QuotaExceededError"); }, removeItem: () => {} };
  browser(() => full);
  kept.setItem("a", "new");
  assert.equal(kept.getItem("a"), "new");
});
