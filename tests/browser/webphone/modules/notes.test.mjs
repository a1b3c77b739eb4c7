/** What an agent has typed is lost by no fault that passes (K4). */

import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { Refusal } from "../../../../webphone/api.js";

class Storage {
  getItem(key) { return this[key] ?? null; }
  setItem(key, value) { this[key] = value; }
  removeItem(key) { delete this[key]; }
}
let leave = [];
globalThis.addEventListener = (_name, listener) => leave.push(listener);
const { Notes } = await import("../../../../webphone/notes.js");

let [saved, answers, server] = [[], [], null];
const api = {
  send: (_method, path, body, more) => {
    saved.push({ path, ...body, ...more });
    const answer = answers.shift();
    return answer instanceof Promise ? answer : answer ? Promise.reject(answer) : Promise.resolve(null);
  },
  get: () => (server instanceof Error ? Promise.reject(server) : Promise.resolve({ notes: server })),
};
const settle = () => new Promise(setImmediate);
const after = async (ms) => {
  mock.timers.tick(ms);
  await settle();
};
const texts = () => saved.map((one) => one.notes);
const refused = (status) => new Refusal(status, {});

beforeEach(() => {
  mock.timers.enable({ apis: ["setTimeout"] });
  globalThis.localStorage = new Storage();
  [saved, answers, leave, server] = [[], [], [], null];
});
afterEach(() => mock.timers.reset());

test("what is typed is saved once, when the agent pauses", async () => {
  const notes = new Notes(api, "anna");
  notes.type("c1", "Ca", true);
  await after(799);
  notes.type("c1", "Calls back", true);
  await after(799);
  assert.deepEqual([texts(), notes.state], [[], "saving"]);
  await after(1);
  assert.deepEqual([texts(), notes.state], [["Calls back"], "saved"]);
  await after(60_000);
  assert.equal(saved.length, 1);
});

for (const status of [0, 401, 429, 500, 503])
  test(`a draft outlives the answer ${status || "that never came"}, and is saved by the next try`, async () => {
    const notes = new Notes(api, "anna");
    answers = [refused(status)];
    notes.type("c1", "Calls back", true);
    await after(800);
    assert.equal(notes.state, "failed");
    assert.equal(new Notes(api, "anna").draft("c1"), "Calls back");
    await after(4_000);
    assert.deepEqual([texts(), notes.state], [["Calls back", "Calls back"], "saved"]);
  });

for (const status of [400, 403, 404, 409, 422])
  test(`notes that are refused with ${status} are not sent again, and the agent sees it`, async () => {
    const notes = new Notes(api, "anna");
    answers = [refused(status)];
    notes.type("c1", "Calls back", true);
    await after(800);
    await after(60_000);
    assert.deepEqual([saved.length, notes.state, notes.draft("c1")], [1, "refused", "Calls back"]);
  });

test("nothing is kept of what the server has, or does not want", async () => {
  for (const answer of [null, refused(403)]) {
    answers = [answer];
    const notes = new Notes(api, "anna");
    notes.type("c1", "Calls back", true);
    await after(800);
    assert.deepEqual(Object.keys(localStorage), []);
  }
});

test("a page that goes sends the newest text, though an older one is on its way", async () => {
  const notes = new Notes(api, "anna");
  answers = [new Promise(() => {})];
  notes.type("c1", "old", true);
  await after(800);
  notes.type("c1", "new", true);
  leave.forEach((listener) => listener());
  assert.deepEqual(texts(), ["old", "new"]);
});

test("what others have kept in this browser is no call of ours", async () => {
  localStorage.setItem("voice-settings", "loud");
  let asked = 0;
  new Notes({ ...api, get: () => (asked += 1, Promise.resolve({})) }, "anna").resume();
  await after(60_000);
  assert.deepEqual([asked, saved], [0, []]);
});

test("an error that is no answer of the server loses nothing", async () => {
  const notes = new Notes(api, "anna");
  answers = [new TypeError("broken")];
  notes.type("c1", "Calls back", true);
  await after(800);
  await after(4_000);
  assert.deepEqual([saved.length, notes.state], [2, "saved"]);
});

test("what is typed while a save is under way goes next, never beside it", async () => {
  const notes = new Notes(api, "anna");
  let arrive;
  answers = [new Promise((resolve) => (arrive = resolve))];
  notes.type("c1", "old", true);
  await after(800);
  notes.type("c1", "new", true);
  await after(800);
  assert.deepEqual(texts(), ["old"]);
  arrive(null);
  await settle();
  assert.equal(notes.state, "saving");
  await after(0);
  assert.deepEqual([texts(), notes.state], [["old", "new"], "saved"]);
});

test("each save has a higher number on one page, so that a late one changes nothing", async () => {
  const notes = new Notes(api, "anna");
  for (const text of ["a", "b"]) {
    notes.type("c1", text, true);
    await after(800);
  }
  assert.deepEqual(saved.map((one) => one.edit.number), [1, 2]);
  assert.equal(new Set(saved.map((one) => one.edit.page)).size, 1);
  assert.notEqual(new Notes(api, "anna").edit.page, notes.edit.page);
});

test("a page that goes saves at once what waits, and nothing else", async () => {
  const notes = new Notes(api, "anna");
  notes.type("c1", "saved", true);
  await after(800);
  notes.type("c2", "waits", true);
  leave.forEach((listener) => listener());
  await settle();
  assert.deepEqual(saved.map((one) => [one.notes, one.keepalive]), [["saved", false], ["waits", true]]);
});

test("what an earlier page has left is saved, but not for the next agent at this browser", async () => {
  new Notes(api, "anna").type("c1", "Calls back", true);
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout"] });
  new Notes(api, "bob").resume();
  await after(0);
  assert.deepEqual(saved, []);
  new Notes(api, "anna").resume();
  await after(0);
  assert.deepEqual([texts(), saved[0].path], [["Calls back"], "/phone/calls/c1"]);
});

test("what was typed before the server's text is known comes behind it, once", async () => {
  const notes = new Notes(api, "anna");
  notes.type("c1", "Asks for Bob", false);
  await after(60_000);
  assert.deepEqual([texts(), notes.draft("c1")], [[], null]);
  assert.equal(notes.whole("c1", "Calls back"), "Calls back\nAsks for Bob");
  assert.equal(notes.whole("c1", "Calls back"), "Calls back\nAsks for Bob");
  await after(800);
  assert.deepEqual(texts(), ["Calls back\nAsks for Bob"]);
  assert.equal(notes.more("c1"), null);
});

test("without a word typed the notes are those of the server", () => {
  assert.equal(new Notes(api, "anna").whole("c1", "Calls back"), "Calls back");
});

test("what an earlier page could not put behind the server's text is put there as soon as that is known", async () => {
  new Notes(api, "anna").type("c1", "Asks for Bob", false);
  server = refused(503);
  const notes = new Notes(api, "anna");
  notes.resume();
  await settle();
  assert.equal(notes.more("c1"), "Asks for Bob");
  server = "Calls back";
  await after(4_000);
  await after(800);
  assert.deepEqual([texts(), notes.more("c1")], [["Calls back\nAsks for Bob"], null]);
});

test("of a call that the server does not know nothing is kept for ever", async () => {
  new Notes(api, "anna").type("c1", "Asks for Bob", false);
  server = refused(404);
  const notes = new Notes(api, "anna");
  notes.resume();
  await settle();
  assert.equal(notes.more("c1"), null);
});
