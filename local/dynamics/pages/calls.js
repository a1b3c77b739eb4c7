/** Lists of phone calls: the latest of all, and the attempts of one callback request. */

import { nameOf, rows } from "./api.js";
import { direction, isCallbackRequest, lasted, recording, state } from "./call.js";
import { badge, line, make, newcomers, person, section, table, when } from "./dom.js";

const LATEST = 100;
/** @type {import("./dom.js").Column[]} */
const COLUMNS = [
  { title: "Subject", kind: "lead" },
  { title: "Number", kind: "wide phone" },
  { title: "Customer", kind: "wide" },
  { title: "Direction", kind: "tight start" },
  { title: "Start", kind: "tight" },
  { title: "Duration", kind: "number" },
  { title: "Owner", kind: "tight pair" },
  { title: "State", kind: "" },
  { title: "Recording", kind: "action" },
];
/** @type {import("./dom.js").Column[]} */
const ATTEMPT_COLUMNS = [
  { title: "Created on", kind: "lead tight" },
  { title: "Created by", kind: "wide tight" },
  { title: "Result", kind: "aside tight" },
  { title: "Description", kind: "text" },
];
const isNew = newcomers();

/** A call that was written down by hand may have no start of its own. */
const begin = (/** @type {any} */ row) => row.actualstart ?? row.createdon;

/** The latest calls, newest first. */
export async function callsView() {
  const found = await rows("phonecalls", {
    $filter: "voice_callbackid eq null",
    $orderby: "createdon desc",
    $top: String(LATEST),
  });
  const calls = found.filter((row) => !isCallbackRequest(row)).sort((one, other) => begin(other).localeCompare(begin(one)));
  const fresh = isNew(calls.map((row) => row.activityid));
  const lines = calls.map((row) => toLine(row, fresh.has(row.activityid)));
  const title = make("h1", {}, "Phone Calls");
  const empty = make("p", { className: "empty" }, "No phone calls yet. A new one appears here by itself.");
  const body = lines.length ? make("div", { className: "scroll" }, table(COLUMNS, lines, "Phone Calls")) : empty;
  const count = badge(calls.length < LATEST ? String(calls.length) : `latest ${LATEST}`);
  return [make("div", { className: "bar" }, title, count), make("div", { className: "card" }, body)];
}

/**
 * @param {any} row
 * @param {boolean} isFresh
 */
function toLine(row, isFresh) {
  const made = line(COLUMNS, [
    make("a", { href: `#activity/${row.activityid}` }, row.subject ?? "Phone call"),
    row.phonenumber ?? make("span", { className: "quiet" }, "Withheld"),
    nameOf(row, "regardingobjectid") || make("span", { className: "quiet" }, "Not identified"),
    direction(row),
    when(begin(row)),
    lasted(row),
    person(nameOf(row, "ownerid")),
    state(row),
    recording(row),
  ]);
  made.className = isFresh ? "fresh" : "";
  return made;
}

/**
 * What was done about a callback request, the latest attempt first.
 * @param {string} id of the request
 */
export async function attemptsSection(id) {
  const found = await rows("phonecalls", { $filter: `_voice_callbackrequest_value eq ${id}`, $orderby: "createdon desc" });
  const lines = found.map((row) =>
    line(ATTEMPT_COLUMNS, [
      make("a", { href: `#activity/${row.activityid}` }, when(row.createdon)),
      person(nameOf(row, "createdby")),
      row.voice_result ?? "",
      row.description ?? "",
    ]),
  );
  const none = make("p", { className: "note quiet" }, "Nobody has called back yet.");
  const part = section("Callback attempts", lines.length ? table(ATTEMPT_COLUMNS, lines, "Callback attempts") : none);
  part.classList.add("across");
  return part;
}
