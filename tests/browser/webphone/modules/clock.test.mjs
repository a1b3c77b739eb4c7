/** The clock of the agent's computer may be wrong, and may be set while the phone is open: nothing goes by it. */

import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";

const WRONG_MS = 12 * 60_000;
const kept = new Map();
const right = Date.now.bind(Date);
let beats = 0;

globalThis.addEventListener = () => {};
globalThis.localStorage = { getItem: () => null, setItem: () => {}, removeItem: () => {} };
Object.defineProperty(globalThis, "navigator", { value: { userAgent: "" }, configurable: true });
globalThis.sessionStorage = { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, value), removeItem: (key) => kept.delete(key) };
const { Session } = await import("../../../../webphone/session.js");
const { newCallId } = await import("../../../../webphone/ids.js");
const { since } = await import("../../../../webphone/format.js");

const answer = () => ({ now: new Date(right()).toISOString(), events: {} });
const api = { sessionId: "", post: async () => answer(), put: async () => ((beats += 1), answer()) };
const madeAt = (id) => parseInt(id.replaceAll("-", "").slice(0, 12), 16);
const setClock = (ms) => mock.method(Date, "now", () => right() + ms);

beforeEach(() => (beats = 0));
afterEach(() => mock.restoreAll());

for (const [how, ms] of [["slow", -WRONG_MS], ["fast", WRONG_MS]])
  test(`ids and timers of a call go by the server's time where the computer's clock is ${how}`, async () => {
    setClock(ms);
    await new Session(api, () => {}).open();
    assert.ok(Math.abs(madeAt(newCallId()) - right()) < 1_000);
    assert.ok(Math.abs(since(new Date(right() - 3_000).toISOString()) - 3) < 1);
  });

test("a clock that is set while the phone is open is noticed with the next sign of life", async () => {
  const session = new Session(api, () => {});
  await session.open();
  setClock(WRONG_MS);
  await session.beat();
  assert.ok(Math.abs(madeAt(newCallId()) - right()) < 1_000);
});

test("signs of life go on where the clock is set back", async () => {
  const pulse = new EventTarget();
  const session = new Session(api, () => {});
  session.follow(pulse);
  await session.open();
  mock.method(performance, "now", () => 9_000_000);
  setClock(-WRONG_MS);
  pulse.dispatchEvent(new Event("tick"));
  assert.equal(beats, 1);
});
