/** The form of one phone call activity. */

import { call, nameOf } from "./api.js";
import { callFields, isCallbackRequest, state } from "./call.js";
import { attemptsSection } from "./calls.js";
import { button, facts, icon, make, person, say, section, when } from "./dom.js";
import { pick, release } from "./queue.js";

const [OPEN, COMPLETED, CANCELED] = [0, 1, 2];
const RECEIVED = 4;
const MADE = 2;

/**
 * @param {string} id
 * @param {string} userId
 */
export async function activityView(id, userId) {
  const found = "PhoneCall_QueueItem($select=_queueid_value,_workerid_value,enteredon;$filter=statecode eq 0)";
  const row = await call(`phonecalls(${id})?$expand=phonecall_activity_parties,${found}`);
  const item = row.PhoneCall_QueueItem[0];
  const isRequest = isCallbackRequest(row) || Boolean(item);
  const hasAttempts = isRequest && "_voice_callbackrequest_value" in row;
  const parts = [
    section("Call", facts(callFields(row))),
    ...(isRequest ? [callbackSection(row, item)] : []),
    make("div", { className: "stack" }, description(row), administration(row)),
    ...(hasAttempts ? [await attemptsSection(id)] : []),
  ];
  return [commands(row, item, userId, isRequest), head(row, isRequest), make("div", { className: "sections" }, ...parts)];
}

/**
 * @param {any} row
 * @param {any} item
 * @param {string} userId
 * @param {boolean} isRequest
 */
function commands(row, item, userId, isRequest) {
  const isOpen = row.statecode === OPEN;
  const close = async (/** @type {number} */ to, /** @type {object} */ status, /** @type {string} */ done) => {
    await call(`phonecalls(${row.activityid})`, "PATCH", { statecode: to, ...status });
    say(done);
  };
  const status = row.directioncode ? MADE : RECEIVED;
  const complete = () => close(COMPLETED, { statuscode: status }, "The activity is completed.");
  const cancel = () => close(CANCELED, {}, "The activity is cancelled.");
  const [list, title] = isRequest ? ["#queue", "Callback requests"] : ["#calls", "Phone calls"];
  return make(
    "div",
    { className: "bar" },
    make("a", { href: list, className: "who back" }, icon("back"), title),
    make(
      "span",
      { className: "push bar-actions" },
      button("Mark complete", complete, { className: "main", disabled: !isOpen, "data-key": "complete" }, "done"),
      " ",
      button("Cancel", cancel, { disabled: !isOpen, "data-key": "cancel" }, "cancel"),
      " ",
      ...(item ? [work(item, userId)] : []),
    ),
  );
}

/**
 * @param {any} item
 * @param {string} userId
 */
function work(item, userId) {
  const isMine = item._workerid_value === userId;
  const isTaken = Boolean(item._workerid_value) && !isMine;
  return isMine
    ? button("Release", () => release(item), { "data-key": "work" }, "queue")
    : button("Pick", () => pick(item, userId), { "data-key": "work", disabled: isTaken }, "queue");
}

/**
 * @param {any} row
 * @param {boolean} isRequest
 */
function head(row, isRequest) {
  const owner = facts([["Owner", person(nameOf(row, "ownerid"))]]);
  owner.className = "facts";
  const title = make("h1", {}, row.subject ?? "Phone call");
  const kind = row.directioncode ? "Outgoing phone call " : "Incoming phone call ";
  const below = make("div", { className: "quiet" }, isRequest ? "Phone call " : kind, state(row));
  const symbol = make("span", { className: "symbol" }, icon(isRequest ? "queue" : "call"));
  return make("div", { className: "card head" }, symbol, make("div", {}, title, below), owner);
}

/**
 * @param {any} row
 * @param {any} item
 */
function callbackSection(row, item) {
  return section(
    "Callback",
    facts([
      ["Queue", item ? nameOf(item, "queueid") : "Not in a queue"],
      ["Worked by", item ? person(nameOf(item, "workerid")) : ""],
      ["Requests", String(row.voice_requestcount ?? "")],
      ["Last requested", when(row.voice_lastrequestedon)],
      ["Callback attempts", String(row.voice_attemptcount ?? "")],
      ["Last attempt", when(row.voice_lastattempton)],
    ]),
  );
}

/** @param {any} row */
const description = (row) =>
  section("Description", make("p", { className: `note ${row.description ? "" : "quiet"}` }, row.description ?? "No description"));

/** @param {any} row */
function administration(row) {
  const by = nameOf(row, "createdonbehalfby");
  return section(
    "Administration",
    facts([
      ["Created by", nameOf(row, "createdby")],
      ...(by ? [/** @type {[string, string]} */ (["Through", by])] : []),
      ["Created on", when(row.createdon)],
      ["Modified by", nameOf(row, "modifiedby")],
      ["Modified on", when(row.modifiedon)],
    ]),
  );
}
