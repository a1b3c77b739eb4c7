/** Recording pauses while a page is open that must not be recorded (K9). */

import assert from "node:assert/strict";
import { test } from "node:test";
import { UnrecordedPages } from "../../../../webphone/unrecorded-pages.js";

const INVOICE = JSON.stringify({ value: "https://contoso.example/main.aspx?pagetype=entityrecord&etn=Invoice&id=5" });
const CONTACT = "https://contoso.example/main.aspx?pagetype=entityrecord&etn=contact&id=6";

const answered = () => new Promise(setImmediate);

/** A tab's storage. */
function storage() {
  const kept = new Map();
  return { getItem: (name) => kept.get(name) ?? null, setItem: (name, value) => kept.set(name, value) };
}

/** The agent's calls, which do what they are told, and what that was. */
function floor(kept = storage()) {
  const asked = [];
  const calls = [{ callId: "c1", recording: { paused: false } }];
  const fails = [];
  const pause = async (call, paused) => {
    asked.push([call.callId, paused]);
    if (fails.pop()) return false;
    call.recording.paused = paused;
    return true;
  };
  return { asked, calls, fails, kept, pages: new UnrecordedPages(["etn=invoice"], pause, kept) };
}

test("while the page is open the call is not recorded, and afterwards it is again", async () => {
  const { asked, calls, pages } = floor();
  for (const page of [CONTACT, INVOICE, INVOICE, CONTACT, CONTACT]) {
    pages.navigated(page, calls);
    await answered();
  }
  assert.deepEqual(asked, [["c1", true], ["c1", false]]);
});

test("a call that comes while the page is open is not recorded either", () => {
  const { asked, calls, pages } = floor();
  const [call] = calls.splice(0);
  pages.navigated(INVOICE, []);
  pages.follow([{ ...call, recording: null }]);
  assert.deepEqual(asked, []);
  pages.follow([call]);
  assert.deepEqual(asked, [["c1", true]]);
});

test("what a person has paused stays paused, what they have resumed goes on", () => {
  const { asked, calls, pages } = floor();
  calls[0].recording.paused = true;
  for (const page of [INVOICE, CONTACT]) pages.navigated(page, calls);
  assert.deepEqual(asked, []);
  calls[0].recording.paused = false;
  pages.navigated(INVOICE, calls);
  calls[0].recording.paused = false;
  pages.follow(calls);
  pages.navigated(CONTACT, calls);
  assert.deepEqual(asked, [["c1", true]]);
});

test("a reload of the phone between the pages changes nothing", () => {
  const { asked, calls, kept, pages } = floor();
  pages.navigated(INVOICE, calls);
  const again = floor(kept);
  again.pages.follow(calls);
  again.pages.navigated(CONTACT, calls);
  assert.deepEqual([asked, again.asked], [[["c1", true]], [["c1", false]]]);
});

test("a pause that did not come about is asked for again at the next change", async () => {
  const { asked, calls, fails, pages } = floor();
  fails.push(true);
  pages.navigated(INVOICE, calls);
  await answered();
  pages.follow(calls);
  pages.follow(calls);
  assert.deepEqual(asked, [["c1", true], ["c1", true]]);
});

test("a page that is left before the pause is answered leaves nothing paused", async () => {
  const { asked, calls, pages } = floor();
  const known = structuredClone(calls);
  pages.navigated(INVOICE, calls);
  pages.navigated(CONTACT, known);
  await answered();
  assert.deepEqual(asked, [["c1", true], ["c1", false]]);
});

test("a recording that could not be resumed is resumed at the next change", async () => {
  const { asked, calls, fails, pages } = floor();
  pages.navigated(INVOICE, calls);
  await answered();
  fails.push(true);
  pages.navigated(CONTACT, calls);
  await answered();
  for (let times = 0; times < 2; times++) {
    pages.follow(calls);
    await answered();
  }
  assert.deepEqual(asked, [["c1", true], ["c1", false], ["c1", false]]);
});

test("where every page is one, a call is paused before the first page was reported", async () => {
  const { asked, calls } = floor();
  const pause = async (call, paused) => (asked.push([call.callId, paused]), true);
  const pages = new UnrecordedPages([""], pause, storage());
  pages.follow(calls);
  assert.deepEqual(asked, [["c1", true]]);
});
