/** Whole states, of which older ones are ignored; what the voice cloud's two paths bring in any order. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Calls } from "../../../../webphone/calls.js";

const { commands } = JSON.parse(readFileSync(new URL("../../../../shared/calls/transitions.json", import.meta.url), "utf8"));
const call = (more = {}) => ({ callId: "a", sequence: 1, revision: 0, state: "ringing", muted: false, ...more });
const state = (version, ...calls) => ({ version, calls });

test("a new call and each change of it are told once, with what was before", () => {
  const calls = new Calls(commands);
  assert.deepEqual(calls.take(state("r-1", call())), [{ call: call(), before: undefined }]);
  const connected = call({ sequence: 2, state: "connected" });
  assert.deepEqual(calls.take(state("r-2", connected)), [{ call: connected, before: call() }]);
  assert.deepEqual(calls.take(state("r-3", connected)), []);
});

test("an older document and an older call in a newer document change nothing", () => {
  const calls = new Calls(commands);
  calls.take(state("r-5", call({ sequence: 4, state: "held" })));
  assert.deepEqual(calls.take(state("r-4", call({ sequence: 3, state: "connected" }))), []);
  assert.deepEqual(calls.take(state("r-6", call({ sequence: 3, state: "connected" }))), []);
  assert.equal(calls.current()?.state, "held");
});

test("after a restart of the voice cloud its versions count from the beginning again", () => {
  const calls = new Calls(commands);
  calls.take(state("r-50", call()));
  assert.equal(calls.take(state("s-1")).length, 1);
  assert.deepEqual(calls.live(), []);
});

test("a call that is not there any more has ended", () => {
  const calls = new Calls(commands);
  calls.take(state("r-1", call({ media: { id: "m", attached: true } })));
  const [{ call: gone }] = calls.take(state("r-2"));
  assert.deepEqual([gone.state, gone.media], ["ended", null]);
});

test("a command's answer counts at once and an event that is late does not take it back", () => {
  const calls = new Calls(commands);
  calls.take(state("r-1", call({ state: "connected" })));
  calls.took(call({ revision: 1, state: "connected", muted: true }));
  calls.take(state("r-2", call({ state: "connected" })));
  assert.equal(calls.current()?.muted, true);
});

test("the call that is talked in comes before one on hold, and a ringing one is no current one", () => {
  const calls = new Calls(commands);
  calls.take(state("r-1", call({ callId: "h", state: "held" }), call({ callId: "r" }), call({ callId: "c", state: "connected" })));
  assert.deepEqual([calls.current()?.callId, calls.ringing()?.callId], ["c", "r"]);
});

test("what a state allows is read from the one transition table", () => {
  const calls = new Calls(commands);
  assert.equal(calls.may(call({ state: "connected" }), "hold"), true);
  assert.equal(calls.may(call({ state: "held" }), "keys"), false);
  assert.equal(calls.may(call({ state: "held" }), "no-such-command"), false);
});
