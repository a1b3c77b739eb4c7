/** Numbers and lengths as people read them, ids as the call records need them. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { formatLength, formatNumber } from "../../../../webphone/format.js";
import { newCallId } from "../../../../webphone/ids.js";
import { challenge } from "../../../../webphone/pkce.js";

for (const [typed, shown] of [
  ["+358401234567", "+358 40 123 4567"],
  ["+35840", "+358 40"],
  ["+12125551234", "+1 212 555 1234"],
  ["+46701234567", "+46 70 123 4567"],
  ["+35891001001", "+358 9 100 1001"],
  ["+358912345", "+358 9 123 45"],
  ["+358501234567", "+358 50 123 4567"],
  ["+358800123456", "+358 80 012 3456"],
  ["+468123456", "+46 8 123 456"],
  ["+33123456789", "+33 1 234 567 89"],
  ["+4312345678", "+43 1 234 5678"],
  ["+43676123456", "+43 67 612 3456"],
  ["+35312345678", "+353 1 234 5678"],
  ["+3612345678", "+36 1 234 5678"],
  ["0401234567", "040 123 4567"],
  ["00358401234567", "00 358 40 123 4567"],
  ["+358 (0)40-123 4567", "+358 40 123 4567"],
  ["112", "112"],
  ["*21#", "*21#"],
  ["anna@example.org", "anna@example.org"],
  ["040 1234567 / 050 7654321", "040 1234567 / 050 7654321"],
  ["", ""],
]) {
  test(`${typed || "nothing"} is shown as ${shown || "nothing"}`, () => assert.equal(formatNumber(typed), shown));
}

test("formatting what is formatted changes nothing, however much of it has been typed", () => {
  const number = "+358401234567";
  for (let length = 1; length <= number.length; length++) {
    const shown = formatNumber(number.slice(0, length));
    assert.equal(formatNumber(shown), shown);
    assert.equal(shown.replaceAll(" ", ""), number.slice(0, length));
  }
});

test("lengths have hours only where there are some, and are never negative", () => {
  assert.deepEqual([0, 65, 3725, -3].map(formatLength), ["0:00", "1:05", "1:02:05", "0:00"]);
});

test("a call's id is a UUID of version 7 of this moment", () => {
  const id = newCallId();
  assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.ok(Math.abs(parseInt(id.replaceAll("-", "").slice(0, 12), 16) - Date.now()) < 1000);
});

test("the challenge is that of the example in RFC 7636, appendix B", async () => {
  assert.equal(await challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
});
