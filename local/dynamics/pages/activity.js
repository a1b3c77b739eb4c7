/** The form of one phone call activity. */

import { call, nameOf, tableOf } from "./api.js";
import { badge, button, facts, icon, make, person, say, section, when } from "./dom.js";
import { pick, release } from "./queue.js";

const SETS = { contact: "contacts", account: "accounts", lead: "leads" };
const ROLES = { 1: "Call from", 2: "Call to", 8: "Regarding", 9: "Owner", 11: "Customer" };
const STATES = ["Open", "Completed", "Canceled"];
const TONES = ["open", "good", ""];
const [OPEN, COMPLETED, CANCELED] = [0, 1, 2];
const RECEIVED = 4;
const MADE = 2;

/**
 * @param {string} id
 * @param {string} userId
 */
export async function activityView(id, userId) {
  const item = "PhoneCall_QueueItem($select=_queueid_value,_workerid_value,enteredon;$filter=statecode eq 0)";
  const row = await call(`phonecalls(${id})?$expand=phonecall_activity_parties,${item}`);
  return [commands(row, row.PhoneCall_QueueItem[0], userId), head(row), sections(row, row.PhoneCall_QueueItem[0])];
}

/**
 * @param {any} row
 * @param {any} item
 * @param {string} userId
 */
function commands(row, item, userId) {
  const isOpen = row.statecode === OPEN;
  const close = async (/** @type {number} */ state, /** @type {object} */ status, /** @type {string} */ done) => {
    await call(`phonecalls(${row.activityid})`, "PATCH", { statecode: state, ...status });
    say(done);
  };
  const status = row.directioncode ? MADE : RECEIVED;
  const complete = () => close(COMPLETED, { statuscode: status }, "The activity is completed.");
  const cancel = () => close(CANCELED, {}, "The activity is cancelled.");
  const isMine = item?._workerid_value === userId;
  const isTaken = Boolean(item?._workerid_value) && !isMine;
  const work = isMine
    ? button("Release", () => release(item), { "data-key": "work" }, "queue")
    : button("Pick", () => pick(item, userId), { "data-key": "work", disabled: isTaken }, "queue");
  return make(
    "div",
    { className: "bar" },
    make("a", { href: "#queue", className: "who" }, icon("back"), "Callback requests"),
    make(
      "span",
      { className: "push bar-actions" },
      button("Mark complete", complete, { className: "main", disabled: !isOpen, "data-key": "complete" }, "done"),
      " ",
      button("Cancel", cancel, { disabled: !isOpen, "data-key": "cancel" }, "cancel"),
      " ",
      ...(item ? [work] : []),
    ),
  );
}

/** @param {any} row */
function head(row) {
  const owner = facts([["Owner", person(nameOf(row, "ownerid"))]]);
  owner.className = "facts";
  const title = make("h1", {}, row.subject ?? "Phone call");
  const state = badge(STATES[row.statecode], TONES[row.statecode]);
  const below = make("div", { className: "quiet" }, row.directioncode ? "Outgoing phone call " : "Incoming phone call ", state);
  const symbol = make("span", { className: "symbol" }, icon("call"));
  return make("div", { className: "card head" }, symbol, make("div", {}, title, below), owner);
}

/**
 * @param {any} row
 * @param {any} item
 */
function sections(row, item) {
  const parties = row.phonecall_activity_parties.map((/** @type {any} */ party) => [
    ROLES[party.participationtypemask] ?? "Party",
    reference(party, "partyid") ?? party.unresolvedpartyname ?? party.addressused,
  ]);
  const description = make("p", { className: row.description ? "note" : "note quiet" }, row.description ?? "No description");
  return make(
    "div",
    { className: "sections" },
    section(
      "Phone call",
      facts([
        ...(parties.length ? parties : [["Call from", "Not identified"]]),
        ["Phone number", row.phonenumber ?? "Withheld"],
        ["Regarding", reference(row, "regardingobjectid") ?? "Not identified"],
        ["Actual start", when(row.actualstart)],
        ["Actual end", when(row.actualend)],
      ]),
    ),
    section(
      "Callback",
      facts([
        ["Queue", item ? nameOf(item, "queueid") : "Not in a queue"],
        ["Worked by", item ? person(nameOf(item, "workerid")) : ""],
        ["Requests", String(row.voice_requestcount ?? "")],
        ["Last requested", when(row.voice_lastrequestedon)],
        ["Callback attempts", String(row.voice_attemptcount ?? "")],
        ["Last attempt", when(row.voice_lastattempton)],
      ]),
    ),
    section("Description", description),
    section(
      "Administration",
      facts([
        ["Created by", nameOf(row, "createdby")],
        ["Created on", when(row.createdon)],
        ["Modified by", nameOf(row, "modifiedby")],
        ["Modified on", when(row.modifiedon)],
      ]),
    ),
  );
}

/**
 * What a lookup points to, as a link where there is a form for it.
 * @param {any} row
 * @param {string} column
 */
function reference(row, column) {
  const id = row[`_${column}_value`];
  if (!id) return null;
  const set = SETS[/** @type {keyof typeof SETS} */ (tableOf(row, column))];
  return set ? make("a", { href: `#${set}/${id}` }, nameOf(row, column)) : nameOf(row, column);
}
