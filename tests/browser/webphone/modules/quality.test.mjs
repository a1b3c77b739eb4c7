/** How well the other one is heard is good, fair or poor by what was lost, how uneven it came and how long it took. */

import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { Quality } from "../../../../webphone/quality.js";

let [told, reports] = [[], []];
const peer = { getStats: async () => new Map(reports.map((one, at) => [at, one])) };
const after = async (ms) => {
  mock.timers.tick(ms);
  await new Promise(setImmediate);
};
/** What the browser has counted since the call began, and what the other side says of us. */
function counted(received, lost, { jitter, trip, fraction } = {}) {
  reports = [
    { type: "inbound-rtp", packetsReceived: received, packetsLost: lost, jitter },
    { type: "remote-inbound-rtp", roundTripTime: trip, fractionLost: fraction },
  ];
}
const levels = () => told.map((one) => one?.level ?? null);

beforeEach(() => {
  mock.timers.enable({ apis: ["setInterval"] });
  [told, reports] = [[], []];
});
afterEach(() => mock.timers.reset());

for (const [what, figures, level] of [
  ["nothing lost", [1000, 0, {}], "good"],
  ["1.5 % lost", [985, 15, {}], "good"],
  ["1.6 % lost", [984, 16, {}], "fair"],
  ["5 % lost", [950, 50, {}], "fair"],
  ["5.1 % lost", [949, 51, {}], "poor"],
  ["5.1 % of ours lost", [1000, 0, { fraction: 0.051 }], "poor"],
  ["30 ms of jitter", [1000, 0, { jitter: 0.03 }], "good"],
  ["31 ms of jitter", [1000, 0, { jitter: 0.031 }], "fair"],
  ["61 ms of jitter", [1000, 0, { jitter: 0.061 }], "poor"],
  ["250 ms there and back", [1000, 0, { trip: 0.25 }], "good"],
  ["251 ms there and back", [1000, 0, { trip: 0.251 }], "fair"],
  ["401 ms there and back", [1000, 0, { trip: 0.401 }], "poor"],
  ["nothing received", [0, 0, {}], "poor"],
])
  test(`${what} is ${level}`, async () => {
    counted(...figures);
    await new Quality((quality) => told.push(quality)).look(peer);
    assert.deepEqual(levels(), [level]);
  });

test("it is looked at every two seconds, and what was lost before is forgotten", async () => {
  const quality = new Quality((one) => told.push(one));
  quality.watch(peer);
  counted(900, 100);
  await after(1_999);
  assert.deepEqual(levels(), [null]);
  await after(1);
  counted(1_000, 100);
  await after(2_000);
  assert.deepEqual(levels(), [null, "poor", "good"]);
  assert.deepEqual(told[1], { level: "poor", loss: 0.1, jitter_ms: 0, trip_ms: 0 });
});

test("packets that came after all are no loss", async () => {
  const quality = new Quality((one) => told.push(one));
  counted(900, 20);
  await quality.look(peer);
  counted(1_000, 0);
  await quality.look(peer);
  assert.equal(told[1].loss, 0);
});

test("a call with another connection starts from nothing, and nothing is heard where there is none", async () => {
  const quality = new Quality((one) => told.push(one));
  quality.watch(peer);
  counted(5_000, 0);
  await after(2_000);
  quality.watch(peer);
  counted(100, 0);
  await after(2_000);
  quality.watch(null);
  await after(10_000);
  assert.deepEqual(levels(), [null, "good", null, "good", null]);
});

test("before anything has come nothing is said", async () => {
  reports = [{ type: "transport" }];
  await new Quality((one) => told.push(one)).look(peer);
  assert.deepEqual(told, []);
});
