/** One phone an agent: the tab that is there has it at once, and learns of what the server has. */

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

const storage = () => {
  const kept = new Map();
  return { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, value), removeItem: (key) => kept.delete(key) };
};
globalThis.addEventListener = () => {};
Object.defineProperty(globalThis, "navigator", { value: { userAgent: "" }, configurable: true });
const { Session } = await import("../../../../webphone/session.js");
const { Refusal } = await import("../../../../webphone/api.js");

let page = "p1";
let claimed = [];
let refusal = null;
let said = [];
const api = {
  sessionId: "",
  post: async (_path, body) => (claimed.push(body.sessionId), { page, now: new Date().toISOString(), events: {} }),
  put: async (_path, body) => {
    said.push(body);
    if (refusal) throw refusal;
    return { page, now: new Date().toISOString(), events: {} };
  },
  send: async () => null,
};

function tab() {
  globalThis.sessionStorage = storage();
  return new Session(api, () => {});
}

beforeEach(() => {
  globalThis.localStorage = storage();
  [page, claimed, refusal, said] = ["p1", [], null, []];
});

test("a tab that was closed without a word holds the phone back from no other tab of this browser", async () => {
  await tab().open();
  await tab().open();
  assert.equal(claimed[0], claimed[1]);
});

test("a session that another machine has taken, or that was signed out, is not taken up again", async () => {
  const first = tab();
  await first.open();
  refusal = new Refusal(409, { code: "phone-session-lost" });
  await first.beat();
  const second = tab();
  await second.open();
  await second.close();
  await tab().open();
  assert.equal(new Set(claimed).size, 3);
});

test("an upgrade of the page is noticed with the next sign of life", async () => {
  const session = tab();
  let upgrades = 0;
  session.upgraded = () => (upgrades += 1);
  await session.open();
  await session.beat();
  assert.equal(upgrades, 0);
  page = "p2";
  await session.beat();
  assert.equal(upgrades, 1);
});

test("each sign of life says whether the phone can answer, and a change is said at once", async () => {
  const session = tab();
  await session.open();
  await session.beat();
  assert.deepEqual(said, [{ canAnswer: true }]);
  session.answers(true);
  session.answers(false);
  assert.deepEqual(said, [{ canAnswer: true }, { canAnswer: false }]);
});

test("where the browser refuses locks, as it does without storage, the phone opens all the same", async () => {
  const refused = { userAgent: "", locks: { request: async () => { throw new DOMException("", "SecurityError"); } } };
  Object.defineProperty(globalThis, "navigator", { value: refused, configurable: true });
  await tab().lock(() => assert.fail("no other tab has it"));
  Object.defineProperty(globalThis, "navigator", { value: { userAgent: "" }, configurable: true });
});
