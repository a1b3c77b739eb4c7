/** The frame: who is signed in, which view is open, and drawing it again whenever something was written. */

import { actAs, rows, watch } from "./api.js";
import { activityView } from "./activity.js";
import { customersView, customerView } from "./customers.js";
import { make, say } from "./dom.js";
import { queueView } from "./queue.js";

const view = document.getElementById("view");
const users = /** @type {HTMLSelectElement} */ (document.getElementById("user"));
let drawing = 0;

function open(path) {
  const [name, id] = path.split("/");
  if (name === "activity") return activityView(id);
  if (name === "queue") return queueView(users.value);
  return id ? customerView(name, id) : customersView(name);
}

async function draw() {
  const path = location.hash.slice(1) || "queue";
  const turn = ++drawing;
  for (const link of document.querySelectorAll("nav a")) {
    const current = link.getAttribute("href") === `#${path.split("/")[0].replace("activity", "queue")}`;
    link.toggleAttribute("aria-current", current);
    if (current) link.setAttribute("aria-current", "page");
  }
  try {
    const parts = await open(path);
    if (turn === drawing) view.replaceChildren(...parts);
  } catch (error) {
    say(error.message);
  }
}

/** A form that is being filled in is left alone. */
const busy = () => view.contains(document.activeElement) && ["INPUT", "SELECT"].includes(document.activeElement.tagName);

const FIRST_USER = "a0000000-0000-4000-8000-000000000001";
actAs(FIRST_USER);
const people = await rows("systemusers", { $select: "fullname", $filter: "applicationid eq null and isdisabled eq false", $orderby: "fullname" });
users.append(...people.map((one) => make("option", { value: one.systemuserid }, one.fullname)));
actAs(users.value);
users.onchange = () => {
  actAs(users.value);
  draw();
};
window.addEventListener("hashchange", draw);
watch(() => busy() || draw());
await draw();
