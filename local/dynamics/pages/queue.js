/** Open callback requests (F5): the items of the queues, with Pick and Release (F6). */

import { call, nameOf, rows } from "./api.js";
import { line, make, table, trying, when } from "./dom.js";

const TITLES = ["Request", "Number", "Customer", "Queue", "Entered", "Requests", "Attempts", "Last attempt", "Worked by", ""];
const seen = new Set();
let chosen = "";

/** @param {string} userId */
export async function queueView(userId) {
  const [queues, items] = await Promise.all([
    rows("queues", { $select: "name", $orderby: "name" }),
    rows("queueitems", { $filter: "statecode eq 0", $orderby: "enteredon desc", $expand: "objectid_phonecall", $top: "200" }),
  ]);
  const callbacks = items.filter((item) => item.objectid_phonecall && (!chosen || item._queueid_value === chosen));
  const first = seen.size === 0;
  const lines = callbacks.map((item) => toLine(item, userId, first));
  const picker = make("select", { "aria-label": "Queue" }, make("option", { value: "" }, "All queues"));
  picker.append(...queues.map((queue) => make("option", { value: queue.queueid, selected: queue.queueid === chosen }, queue.name)));
  picker.onchange = () => {
    chosen = picker.value;
    window.dispatchEvent(new HashChangeEvent("hashchange"));
  };
  const count = make("span", { className: "badge" }, `${callbacks.length} open`);
  const body = lines.length ? table(TITLES, lines) : make("p", { className: "empty" }, "No open callback requests. A new one appears here by itself.");
  return [make("div", { className: "bar" }, make("h1", {}, "Open Callback Requests"), count, make("span", { className: "push" }, picker)), make("div", { className: "card" }, body)];
}

function toLine(item, userId, first) {
  const activity = item.objectid_phonecall;
  const mine = item._workerid_value === userId;
  const button = make("button", {}, mine ? "Release" : "Pick");
  button.disabled = Boolean(item._workerid_value) && !mine;
  button.onclick = trying(() => (mine ? release(item) : pick(item, userId)));
  const row = line(TITLES, [
    make("a", { href: `#activity/${activity.activityid}` }, activity.subject),
    activity.phonenumber || "withheld",
    make("span", { className: activity._regardingobjectid_value ? "" : "quiet" }, item.customer ?? nameOf(activity, "regardingobjectid") ?? ""),
    nameOf(item, "queueid"),
    when(item.enteredon),
    String(activity.voice_requestcount ?? 1),
    String(activity.voice_attemptcount ?? 0),
    when(activity.voice_lastattempton),
    nameOf(item, "workerid"),
    button,
  ]);
  if (!first && !seen.has(item.queueitemid)) row.className = "fresh";
  seen.add(item.queueitemid);
  return row;
}

const pick = (item, userId) =>
  call(`queueitems(${item.queueitemid})/Microsoft.Dynamics.CRM.PickFromQueue`, "POST", {
    SystemUser: { systemuserid: userId, "@odata.type": "Microsoft.Dynamics.CRM.systemuser" },
    RemoveQueueItem: false,
  });

const release = (item) => call(`queueitems(${item.queueitemid})/Microsoft.Dynamics.CRM.ReleaseToQueue`, "POST", {});
