/** What is known of a call: its fields for the form, its pieces for lists. */

import { nameOf, tableOf } from "./api.js";
import { badge, icon, make, when } from "./dom.js";

const SETS = { contact: "contacts", account: "accounts", lead: "leads", phonecall: "activity" };
const FROM = 1;
const TO = 2;
const STATES = ["Open", "Completed", "Canceled"];
const TONES = ["open", "good", ""];

/** A callback request is worked on in a queue; every other activity is a call that was made or received. */
export const isCallbackRequest = (/** @type {any} */ row) => Boolean(row.voice_callbackid ?? row.voice_requestcount);

/** @param {any} row */
export const state = (row) => badge(STATES[row.statecode], TONES[row.statecode]);

/** @param {any} row */
export const direction = (row) =>
  make("span", { className: "who" }, icon(row.directioncode ? "outgoing" : "incoming"), row.directioncode ? "Outgoing" : "Incoming");

/**
 * Minutes and seconds, hours when there are any; nothing for no number.
 * @param {number|null|undefined} seconds
 */
export function clock(seconds) {
  if (seconds === null || seconds === undefined) return "";
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const parts = hours ? [hours, String(minutes).padStart(2, "0")] : [minutes];
  return [...parts, String(seconds % 60).padStart(2, "0")].join(":");
}

/**
 * How long it took: to the second where that is known, otherwise the activity's whole minutes.
 * @param {any} row
 */
export function lasted(row) {
  const minutes = row.actualdurationminutes ?? null;
  return clock(row.voice_duration) || (minutes === null ? "" : `${minutes} min`);
}

/**
 * Where the recording is played, in a tab of its own; an address that is not of the web is not offered.
 * @param {any} row
 * @param {string} [text] none for the picture alone
 */
export function recording(row, text = "") {
  if (!/^https?:\/\//i.test(row.voice_recording ?? "")) return "";
  const label = text ? {} : { "aria-label": `Play recording of ${row.subject ?? "phone call"}`, title: "Play recording" };
  const shown = text ? [icon("play"), text] : [icon("play")];
  const className = text ? "who" : "round";
  return make("a", { href: row.voice_recording, target: "_blank", rel: "noreferrer", className, ...label }, ...shown);
}

/**
 * What a lookup points to, as a link where there is a form for it.
 * @param {any} row
 * @param {string} column
 */
export function reference(row, column) {
  const id = row[`_${column}_value`];
  if (!id) return "";
  const set = SETS[/** @type {keyof typeof SETS} */ (tableOf(row, column))];
  return set ? make("a", { href: `#${set}/${id}` }, nameOf(row, column) || "Phone call") : nameOf(row, column);
}

/**
 * The fields of a call; those of a call record only where they have a value.
 * @param {any} row
 * @returns {[string, Node|string][]}
 */
export function callFields(row) {
  const from = parties(row, FROM);
  const to = parties(row, TO);
  /** @type {[string, Node|string][]} */
  const found = [
    ["Call from", from || (to ? "" : "Not identified")],
    ["Call to", to],
    ["Phone number", row.phonenumber ?? "Withheld"],
    ["Regarding", reference(row, "regardingobjectid") || "Not identified"],
    ["Direction", direction(row)],
    ["Result", row.voice_result ?? ""],
    ["Actual start", when(row.actualstart)],
    ["Actual end", when(row.actualend)],
    ["Duration", lasted(row)],
    ["Pool", row.voice_pool ?? ""],
    ["Terminal", row.voice_terminal ?? ""],
    ["Call Arrived At", when(row.voice_arrivedon)],
    ["First Answered At", when(row.voice_firstansweredon)],
    ["Wait Time", clock(row.voice_waittime)],
    ["Call Recording", recording(row, "Play recording")],
    ["Callback request", reference(row, "voice_callbackrequest")],
  ];
  return found.filter(([, value]) => value !== "");
}

/**
 * Those of one role, one below the other; who is not in Dynamics by the name given there.
 * @param {any} row
 * @param {number} role
 */
function parties(row, role) {
  const found = row.phonecall_activity_parties.filter((/** @type {any} */ one) => one.participationtypemask === role);
  const lines = found.map((/** @type {any} */ one) => make("div", {}, reference(one, "partyid") || unresolved(one)));
  return lines.length ? make("div", {}, ...lines) : "";
}

/** @param {any} party */
function unresolved(party) {
  const { unresolvedpartyname: name, addressused: address } = party;
  return name && address && name !== address ? `${name} (${address})` : (name ?? address ?? "Not identified");
}
