/** Open callback requests (F5): the items of the queues, with Pick and Release (F6). */

import { call, nameOf, rows } from "./api.js";
import { badge, button, line, make, newcomers, table, when } from "./dom.js";

/** @type {import("./dom.js").Column[]} */
const COLUMNS = [
  { title: "Subject", kind: "lead tight" },
  { title: "Caller number", kind: "wide phone" },
  { title: "Customer", kind: "wide" },
  { title: "Queue", kind: "pair" },
  { title: "Entered on", kind: "tight" },
  { title: "Requests", kind: "number" },
  { title: "Attempts", kind: "number" },
  { title: "Last attempt", kind: "tight" },
  { title: "Worked by", kind: "tight" },
  { title: "", kind: "action" },
];
const CALL_COLUMNS = [
  "subject",
  "phonenumber",
  "_regardingobjectid_value",
  "voice_requestcount",
  "voice_attemptcount",
  "voice_lastattempton",
].join(",");
const isNew = newcomers();
let chosen = "";

/**
 * @param {string} userId
 * @param {() => void} draw
 */
export async function queueView(userId, draw) {
  const [queues, items] = await Promise.all([
    rows("queues", { $select: "name", $orderby: "name" }),
    rows("queueitems", {
      $select: "enteredon,_queueid_value,_workerid_value",
      $filter: `statecode eq 0 and objecttypecode eq 4210${chosen && ` and _queueid_value eq ${chosen}`}`,
      $orderby: "enteredon desc",
      $expand: `objectid_phonecall($select=${CALL_COLUMNS})`,
      $top: "200",
    }),
  ]);
  const fresh = isNew(items.map((item) => item.queueitemid));
  const lines = items.map((item) => toLine(item, userId, fresh.has(item.queueitemid)));
  const title = make("h1", {}, "Open Callback Requests");
  const empty = make("p", { className: "empty" }, "No open callback requests. A new one appears here by itself.");
  const body = lines.length ? make("div", { className: "scroll" }, table(COLUMNS, lines, title.textContent ?? "")) : empty;
  const choice = make("span", { className: "push" }, queueChoice(queues, draw));
  return [
    make("div", { className: "bar" }, title, badge(`${items.length} open`, "open"), choice),
    make("div", { className: "card" }, body),
  ];
}

/**
 * @param {any[]} queues
 * @param {() => void} draw
 */
function queueChoice(queues, draw) {
  const choice = /** @type {HTMLSelectElement} */ (make("select", { "aria-label": "Queue", "data-key": "queue" }));
  choice.append(make("option", { value: "" }, "All queues"));
  choice.append(...queues.map((queue) => make("option", { value: queue.queueid }, queue.name)));
  choice.value = chosen;
  choice.onchange = () => {
    chosen = choice.value;
    draw();
  };
  return choice;
}

/**
 * @param {any} item
 * @param {string} userId
 * @param {boolean} isFresh
 */
function toLine(item, userId, isFresh) {
  const activity = item.objectid_phonecall;
  const isMine = item._workerid_value === userId;
  const isTaken = Boolean(item._workerid_value) && !isMine;
  const key = { "data-key": item.queueitemid };
  const act = isMine
    ? button("Release", () => release(item), { ...key, className: "quiet" })
    : button("Pick", () => pick(item, userId), { ...key, disabled: isTaken });
  const number = activity.phonenumber ?? make("span", { className: "quiet" }, "Withheld");
  const row = line(COLUMNS, [
    make("a", { href: `#activity/${activity.activityid}` }, activity.subject ?? "–"),
    number,
    nameOf(activity, "regardingobjectid") || make("span", { className: "quiet" }, "Not identified"),
    nameOf(item, "queueid"),
    when(item.enteredon),
    String(activity.voice_requestcount ?? 1),
    String(activity.voice_attemptcount ?? 0),
    when(activity.voice_lastattempton),
    nameOf(item, "workerid"),
    act,
  ]);
  row.className = [isMine && "mine", isFresh && "fresh"].filter(Boolean).join(" ");
  return row;
}

/**
 * @param {any} item
 * @param {string} userId
 */
export const pick = (item, userId) =>
  call(`queueitems(${item.queueitemid})/Microsoft.Dynamics.CRM.PickFromQueue`, "POST", {
    SystemUser: { systemuserid: userId, "@odata.type": "Microsoft.Dynamics.CRM.systemuser" },
    RemoveQueueItem: false,
  });

/** @param {any} item */
export const release = (item) =>
  call(`queueitems(${item.queueitemid})/Microsoft.Dynamics.CRM.ReleaseToQueue`, "POST", {});
