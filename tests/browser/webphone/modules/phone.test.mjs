/** Whom a call is with, as the phone names them. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { Phone } from "../../../../webphone/phone.js";

const AINO = { kind: "contact", id: "c1", name: "Aino Korhonen" };
const OTHER = { kind: "contact", id: "c2", name: "Eero Korhonen" };
const NUMBER = "+358401234567";

/** A phone without a page, and what it has asked for. */
function phone() {
  const asked = [];
  return Object.assign(Object.create(Phone.prototype), {
    asked,
    api: {
      insist: (send) => send(),
      post: async (path, body) => asked.push(["POST", path, body]),
      patch: async (path, body) => (asked.push(["PATCH", path, body]), { customer: { kind: AINO.kind, id: AINO.id, name: null } }),
    },
    callers: new Map(),
    wanted: new Map(),
    devices: { microphone: async () => {}, rest: () => {} },
    media: { attach: async () => {} },
    frame: { number: (number) => number, dialled: () => {} },
    draw: () => {},
    shownAs: null,
  });
}

test("a customer who was picked in the directory is named, although others have the number", async () => {
  const one = phone();
  await one.dial(NUMBER, AINO);
  const { callId } = one.asked[0][2];
  one.callers.set(callId, { caller: { number: NUMBER, matches: [AINO, OTHER] }, customer: null });
  assert.equal(one.nameOf({ callId, party: { number: NUMBER, name: null } }), AINO.name);
  assert.deepEqual(one.asked[1], ["PATCH", `/phone/calls/${callId}`, { customer: { kind: "contact", id: "c1" } }]);
});

test("of several who have a number nobody is named", () => {
  const one = phone();
  one.callers.set("x", { caller: { number: NUMBER, matches: [AINO, OTHER] }, customer: null });
  assert.equal(one.nameOf({ callId: "x", party: { number: NUMBER, name: null } }), NUMBER);
});

test("a customer who was chosen stays chosen when an older answer comes late", async () => {
  const one = Object.assign(phone(), { ring: () => {} });
  let answer = (_known) => {};
  one.api.get = () => new Promise((resolve) => (answer = resolve));
  const looking = one.lookUp({ callId: "x" });
  await one.pick({ callId: "x" }, AINO);
  answer({ caller: { number: NUMBER, matches: [AINO, OTHER] }, customer: null });
  await looking;
  assert.equal(one.callers.get("x").customer?.id, AINO.id);
});
