/** The notice of a call names who calls, and a slow sound device is no blocked sound. */

import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";

let notices = [];
let starts = async () => {};
class Context {
  state = "suspended";
  sampleRate = 100;
  destination = {};
  resume = async () => (await starts(), (this.state = "running"));
  close = async () => (this.state = "closed");
  createBuffer = () => ({ getChannelData: () => new Float32Array(300) });
}
globalThis.AudioContext = Context;
globalThis.AudioBufferSourceNode = class { connect() {} start() {} };
globalThis.document = { visibilityState: "hidden", hasFocus: () => false };
globalThis.window = { top: 1 };
globalThis.Notification = class {
  static permission = "granted";
  constructor(_title, { body }) {
    notices.push(body);
  }
  close() {}
};
Object.defineProperty(globalThis, "navigator", { value: {}, configurable: true });
const { Ringer } = await import("../../../../webphone/ringer.js");

const ringer = () => new Ringer({ chosen: { ringer: "" } });
const settled = () => new Promise((resolve) => setImmediate(resolve));

beforeEach(() => {
  [notices, starts] = [[], async () => {}];
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout"] });
});

test("a notice waits a moment for the name", () => {
  const one = ringer();
  one.ring("+358 40 123 4567", false);
  one.ring("Aino Korhonen", true);
  one.ring("Aino Korhonen", true);
  assert.deepEqual(notices, ["Aino Korhonen"]);
});

test("where the name does not come the notice has the number", () => {
  const one = ringer();
  one.ring("+358 40 123 4567", false);
  mock.timers.tick(1_000);
  assert.deepEqual(notices, ["+358 40 123 4567"]);
});

test("a call that is over within that moment is not noticed", () => {
  const one = ringer();
  one.ring("+358 40 123 4567", false);
  one.stop();
  mock.timers.tick(1_000);
  assert.deepEqual(notices, []);
});

for (const [what, starting_ms, expected] of [["needs two seconds", 2_000, 0], ["never starts", 10_000, 1]])
  test(`sound that ${what} is ${expected ? "" : "not "}taken for blocked`, async () => {
    starts = () => new Promise((resolve) => setTimeout(resolve, starting_ms));
    let blocked = 0;
    const one = ringer();
    one.addEventListener("blocked", () => (blocked += 1));
    const checked = one.check();
    for (let ms = 0; ms < 4_000; ms += 100) {
      mock.timers.tick(100);
      await settled();
    }
    await checked;
    assert.equal(blocked, expected);
  });
