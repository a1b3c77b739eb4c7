/** A microphone that goes, is muted by the system or comes is noticed at once (A1, C8). */

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

class Track extends EventTarget {
  readyState = "live";
  muted = false;
  stop() {
    this.readyState = "ended";
  }
  /** As the browser tells it. */
  becomes(change) {
    if (change === "ended") this.readyState = "ended";
    else this.muted = change === "mute";
    this.dispatchEvent(new Event(change));
  }
}

let found = [];
let opened = [];
const mediaDevices = Object.assign(new EventTarget(), {
  enumerateDevices: async () => found.map((deviceId) => ({ kind: "audioinput", deviceId })),
  getUserMedia: async () => {
    if (!found.length) throw new DOMException("", "NotFoundError");
    const track = new Track();
    opened.push(track);
    return { getAudioTracks: () => [track], getTracks: () => [track] };
  },
});
globalThis.localStorage = { getItem: () => null, setItem: () => {} };
Object.defineProperty(globalThis, "navigator", { value: { mediaDevices }, configurable: true });
const { Devices } = await import("../../../../webphone/devices.js");

const settled = () => new Promise((resolve) => setTimeout(resolve, 5));

beforeEach(() => ([found, opened] = [["built-in"], []]));

/** Devices in a call, and what they have told. */
async function inCall() {
  const devices = new Devices();
  devices.isNeeded = () => true;
  await devices.microphone();
  let told = 0;
  devices.addEventListener("change", () => told++);
  return { devices, told: () => told };
}

test("a microphone that ends in a call is noticed and another one is opened", async () => {
  const { devices, told } = await inCall();
  opened[0].becomes("ended");
  assert.equal(told(), 1);
  assert.equal(devices.stream, null);
  await devices.microphone();
  assert.equal(opened.length, 2);
});

test("that the system has muted the microphone is said until it hears again", async () => {
  const { devices, told } = await inCall();
  opened[0].becomes("mute");
  assert.deepEqual([devices.fault?.reason, told()], ["muted", 1]);
  opened[0].becomes("unmute");
  assert.deepEqual([devices.fault, told()], [null, 2]);
});

test("what becomes of a microphone that is not used any more is no news", async () => {
  const { devices, told } = await inCall();
  devices.release();
  opened[0].becomes("mute");
  assert.deepEqual([devices.fault, told()], [null, 0]);
});

test("without any microphone there is a fault also while nobody calls, and none as soon as one comes", async () => {
  const devices = new Devices();
  found = [];
  mediaDevices.dispatchEvent(new Event("devicechange"));
  await settled();
  assert.equal(devices.fault?.reason, "missing");
  found = ["headset"];
  mediaDevices.dispatchEvent(new Event("devicechange"));
  await settled();
  assert.equal(devices.fault, null);
  assert.equal(devices.stream, null);
});
