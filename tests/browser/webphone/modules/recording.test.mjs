/** A recording is heard where it was asked for, and nowhere else. */

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

/** As much of an element as the player needs. */
function element(tag = "div") {
  return {
    tag, hidden: true, isConnected: true, parentNode: null, children: [],
    append() {},
    setAttribute() {},
    addEventListener() {},
    replaceChildren(...children) {
      for (const child of this.children) child.parentNode = null;
      this.children = children;
      for (const child of children) child.parentNode = this;
    },
  };
}

globalThis.document = { createElement: (tag) => Object.assign(element(tag), { autoplay: false, src: "", controls: false }), querySelectorAll: () => [] };
const { play } = await import("../../../../webphone/views/recording.js");

const ENTRY = { recording: "/api/recordings/c1/list", startedAt: "2026-11-30T08:00:00Z", duration_s: 60 };
let [calls, answers, said] = [[], [], []];
const phone = {
  calls: { live: () => calls },
  api: { get: () => new Promise((resolve, reject) => answers.push({ come: () => resolve([{ audio: "/a" }]), fail: reject })) },
  complain: (error) => said.push(error),
};
const heard = (sound) => sound.children.filter((one) => one.tag === "audio").map((one) => one.autoplay);

beforeEach(() => ([calls, answers, said] = [[], [], []]));

test("what comes after the player was closed again is not heard", async () => {
  const sound = element();
  const playing = play(phone, ENTRY, sound);
  await play(phone, ENTRY, sound);
  answers[0].come();
  await playing;
  assert.deepEqual([sound.hidden, sound.children], [true, []]);
});

test("of two requests of one player the newest counts, and the fault of the other is none", async () => {
  const sound = element();
  const first = play(phone, ENTRY, sound);
  await play(phone, ENTRY, sound);
  const second = play(phone, ENTRY, sound);
  answers[0].fail(Object.assign(new Error("gone"), { status: 404 }));
  await first;
  assert.deepEqual([sound.hidden, said], [false, []]);
  answers[1].come();
  await second;
  assert.deepEqual(heard(sound), [true]);
});

test("a recording that comes when a call has begun waits to be played", async () => {
  const sound = element();
  const playing = play(phone, ENTRY, sound);
  calls = [{ callId: "c2" }];
  answers[0].come();
  await playing;
  assert.deepEqual(heard(sound), [false]);
});

test("in a call it plays where the agent asks for it", async () => {
  const sound = element();
  calls = [{ callId: "c2" }];
  const playing = play(phone, ENTRY, sound);
  answers[0].come();
  await playing;
  assert.deepEqual(heard(sound), [true]);
});
