/** The form of one phone call activity. */

import { call, nameOf, tableOf } from "./api.js";
import { make, say, trying, when } from "./dom.js";

const SETS = { contact: "contacts", account: "accounts", lead: "leads" };
const ROLES = { 1: "Call from", 2: "Call to" };
const STATES = ["Open", "Completed", "Canceled"];

/** @param {string} id */
export async function activityView(id) {
  const row = await call(`phonecalls(${id})?$expand=phonecall_activity_parties`);
  const parties = row.phonecall_activity_parties.map((party) => [
    ROLES[party.participationtypemask] ?? "Party",
    reference(party, "partyid") ?? party.unresolvedpartyname ?? "",
  ]);
  const fields = [
    ["Subject", row.subject],
    ["Status", STATES[row.statecode]],
    ...(parties.length ? parties : [["Call from", "not identified"]]),
    ["Regarding", reference(row, "regardingobjectid") ?? "not identified"],
    ["Phone number", row.phonenumber || "withheld"],
    ["Direction", row.directioncode ? "Outgoing" : "Incoming"],
    ["Requests", String(row.voice_requestcount ?? "")],
    ["Last requested", when(row.voice_lastrequestedon)],
    ["Callback attempts", String(row.voice_attemptcount ?? "")],
    ["Last attempt", when(row.voice_lastattempton)],
    ["Owner", nameOf(row, "ownerid")],
    ["Created by", nameOf(row, "createdby")],
    ["Created on", when(row.createdon)],
    ["Modified on", when(row.modifiedon)],
    ["Description", row.description ?? ""],
  ];
  const list = make("dl", { className: "form" }, ...fields.map(([title, value]) => make("div", {}, make("dt", {}, title), make("dd", {}, value || "–"))));
  const done = make("button", { className: "main", disabled: row.statecode !== 0 }, "Mark complete");
  done.onclick = trying(async () => {
    await call(`phonecalls(${id})`, "PATCH", { statecode: 1, statuscode: 2 });
    say("The activity is completed.");
  });
  const back = make("a", { href: "#queue" }, "‹ Callback requests");
  return [make("div", { className: "bar" }, back), make("div", { className: "bar" }, make("h1", {}, row.subject), make("span", { className: "badge" }, STATES[row.statecode]), make("span", { className: "push" }, done)), make("div", { className: "card" }, list)];
}

function reference(row, column) {
  const set = SETS[tableOf(row, column)];
  if (!row[`_${column}_value`]) return null;
  return set ? make("a", { href: `#${set}/${row[`_${column}_value`]}` }, nameOf(row, column)) : nameOf(row, column);
}
