/** What counts as an answer of the server: only a whole one. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { Api, Refusal } from "../../../../webphone/api.js";

/** An answer that breaks off in the middle, as where the network changes. */
const broken = () => new Response(new ReadableStream({ pull: (body) => body.error(new TypeError("network error")) }), { headers: { "Media-Id": "m1" } });
const proxy = () => new Response("<html>Sign in to the hotel's network</html>", { headers: { "Content-Type": "text/html" } });

/** @param {...(() => Response)} answers */
function api(...answers) {
  globalThis.fetch = async () => /** @type {() => Response} */ (answers.shift())();
  return new Api(async () => "token");
}

for (const [what, answer] of Object.entries({ "that breaks off": broken, "of something in between": proxy })) {
  test(`an answer ${what} is none: the agent is told, and it is tried again`, async () => {
    await assert.rejects(api(answer).get("/phone/pools"), (error) => error instanceof Refusal && error.status === 0 && error.code === "offline");
  });
}

test("a command whose answer breaks off is sent again", async () => {
  const one = api(broken, () => Response.json({ call: { callId: "c1" } }));
  assert.deepEqual(await one.command("c1", "hold"), { callId: "c1" });
});

test("the gateway's answer that breaks off is one that may come", async () => {
  await assert.rejects(api(broken).offer("/phone/calls/c1/media", "v=0"), (error) => error instanceof Refusal && error.status === 0);
});

test("what a page that goes has to say is sent before anything else happens", async () => {
  const sent = [];
  const one = api(() => new Response(null, { status: 204 }), () => new Response(null, { status: 204 }));
  await one.send("PUT", "/phone/session/s1", {});
  const { fetch } = globalThis;
  globalThis.fetch = (/** @type {any} */ ...given) => (sent.push(given[0]), fetch(...given));
  one.send("DELETE", "/phone/session/s1", undefined, { keepalive: true });
  assert.deepEqual(sent, ["/api/phone/session/s1"]);
});
