/** Omnichannel leaves an agent alone as long as they talk, and no longer (E3). */

import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { Heartbeats } from "../../../../webphone/heartbeats.js";

let [now, told, insisted, fault] = [0, [], 0, null];
const api = {
  post: async (path, news) => {
    told.push([path, news]);
    if (fault) throw fault;
  },
  insist: (send) => ((insisted += 1), send()),
};
const CALL = { callId: "c1", sequence: 3 };

beforeEach(() => {
  [now, told, insisted, fault] = [100_000, [], 0, null];
  mock.method(performance, "now", () => now);
});
afterEach(() => mock.restoreAll());

test("a call is reported at once, and then every seven and a half seconds", () => {
  const heartbeats = new Heartbeats(api);
  const counts = [0, 1_000, 7_499, 7_500, 14_999, 15_000].map((at) => {
    now = 100_000 + at;
    heartbeats.follow([CALL]);
    return told.length;
  });
  assert.deepEqual(counts, [1, 1, 1, 2, 2, 3]);
  assert.deepEqual(told[0], ["/phone/calls/c1/heartbeat", { sequence: 3 }]);
});

test("a page that has just been opened reports its call at once, too", () => {
  now = 0;
  new Heartbeats(api).follow([CALL]);
  assert.equal(told.length, 1);
});

test("each of two calls has its own beat, with its own number", () => {
  const heartbeats = new Heartbeats(api);
  heartbeats.follow([CALL, { callId: "c2", sequence: 7 }]);
  assert.deepEqual(told.map(([path, news]) => [path.split("/")[3], news.sequence]), [["c1", 3], ["c2", 7]]);
});

test("what the network swallows is left to the next beat", async () => {
  const heartbeats = new Heartbeats(api);
  fault = new Error("offline");
  heartbeats.follow([CALL]);
  await new Promise(setImmediate);
  [fault, now] = [null, now + 7_500];
  heartbeats.follow([CALL]);
  assert.deepEqual([told.length, insisted], [2, 0]);
});

test("the end of a reported call is insisted on, and reported once", async () => {
  const heartbeats = new Heartbeats(api);
  heartbeats.follow([CALL]);
  heartbeats.end({ ...CALL, sequence: 5 });
  heartbeats.end({ ...CALL, sequence: 5 });
  await new Promise(setImmediate);
  assert.deepEqual([told[1][1], told.length, insisted], [{ sequence: 5, ended: true }, 2, 1]);
});

test("of a call that nobody talked in here there is no end to tell", () => {
  new Heartbeats(api).end(CALL);
  assert.deepEqual([told, insisted], [[], 0]);
});
