/** The page that opens first in a local run: a newcomer's first call, in three clicks. */

import { button, make, say } from "./dom.js";

const AGAIN_MS = 500;
/** What the customer hears is shown between these, in decibels below full scale. */
const [QUIET_DB, LOUD_DB] = [-60, -15];

/** @typedef {{user: string, name: string, email: string, customer: string, pool: string, signInUrl: string, customersUrl: string}} About */

/** Who and what the demo has for it; null where there is none. @returns {Promise<About | null>} */
export async function firstCall() {
  return (await fetch("/stand-in/first-call")).json();
}

/**
 * One element for as long as the page is open; what is known is shown in it as it changes.
 * @param {About} about
 * @param {{signIn: () => void, showPhone: () => void, hasPhone: () => boolean}} frame what the page around it does
 */
export function firstCallView(about, frame) {
  const [first] = about.name.split(" ");
  const [customer] = about.customer.split(" ");
  let wasTalking = false;
  let calling = false;

  const enter = /** @type {HTMLButtonElement} */ (make("button", { className: "main", "data-key": "sign-in" }, `Sign in as ${first}`));
  const form = make(
    "form",
    { method: "post", action: about.signInUrl },
    make("input", { type: "hidden", name: "person", value: about.email }),
    make("input", { type: "hidden", name: "back", value: `${location.origin}/` }),
    enter,
  );
  form.onsubmit = frame.signIn;
  const call = /** @type {HTMLButtonElement} */ (button("Let a customer call", letCall, { className: "main", disabled: true, "data-key": "call" }));
  const level = make("span");
  const meter = make("span", { className: "level", hidden: true, "aria-hidden": "true" }, level);
  const news = make("p", { className: "news", role: "status" });

  const steps = [
    step("Sign in", `You are ${about.name}, an agent, and your phone opens.`, form),
    step("Let a customer call", `${about.customer} calls the ${about.pool} pool, and your phone rings.`, call),
    step("Answer", `Click Answer in the phone, and allow the microphone if the browser asks. Then talk: you hear ${customer} hum, and ${customer} hears you.`, news, meter),
  ];
  const view = make("div", { className: "first-call" }, make("h1", {}, "Your first call, in three clicks"), intro(), make("ol", {}, ...steps), next(about));

  async function letCall() {
    call.disabled = calling = true;
    wasTalking = false;
    const answer = await fetch("/stand-in/first-call/call", { method: "POST" }).finally(() => (calling = false));
    if (!answer.ok) throw new Error((await answer.json()).error.message);
    frame.showPhone();
  }

  async function look() {
    const answer = await fetch("/stand-in/first-call/state");
    if (!answer.ok) return; // nothing known
    const { phone: isOpen, call: now } = await answer.json();
    const phone = isOpen && frame.hasPhone(); // one that was left open elsewhere is no phone to answer with
    wasTalking ||= now?.state === "talking" && now.agent === about.name;
    enter.disabled = phone;
    call.disabled = !phone || calling || Boolean(now);
    mark(steps, !phone ? 0 : now || wasTalking ? 2 : 1, wasTalking);
    news.textContent = said(now);
    meter.hidden = now?.state !== "talking";
    const share = ((now?.loudnessDb ?? QUIET_DB) - QUIET_DB) / (LOUD_DB - QUIET_DB);
    level.style.transform = `scaleX(${Math.max(0, Math.min(1, share))})`;
  }

  /** @param {any} now */
  function said(now) {
    if (now?.state === "talking" && now.agent !== about.name) return `${now.agent} has taken the call.`;
    if (now?.state === "talking") return `You are talking with ${about.customer}. What ${customer} hears of you:`;
    if (now) return `${about.customer} is calling …`;
    return wasTalking ? "That was your first call. It is among the phone calls now, with its recording." : "";
  }

  async function live() {
    if (view.isConnected && !document.hidden) await look().catch((error) => say(error.message));
    setTimeout(live, AGAIN_MS);
  }

  setTimeout(live);
  return view;
}

/** @param {string} title @param {string} text @param {...Node} inside */
function step(title, text, ...inside) {
  return make("li", {}, make("h2", {}, title), make("p", {}, text), ...inside);
}

const intro = () =>
  make("p", { className: "quiet" }, "Everything runs on this machine. The customers are played: nobody outside is called, and nothing costs money.");

/** Which click is next, for the eye and for who does not see it. @param {HTMLElement[]} steps @param {number} at @param {boolean} all */
function mark(steps, at, all) {
  steps.forEach((one, number) => {
    one.className = number < at || all ? "done" : "";
    if (number === at && !all) one.setAttribute("aria-current", "step");
    else one.removeAttribute("aria-current");
  });
}

/** @param {About} about */
function next(about) {
  const elsewhere = (/** @type {string} */ page, /** @type {string} */ text) => make("a", { href: `${about.customersUrl}/${page}`, target: "_blank", rel: "noopener" }, text);
  return make(
    "section",
    { className: "card next" },
    make("h2", {}, "And then"),
    make("ul", {}, ...[
      make("a", { href: "#calls" }, "See the call as Dynamics keeps it, with its recording"),
      make("a", { href: "#queue" }, "See the callbacks that customers have left"),
      elsewhere("customer.html", "Be the customer yourself, with your own voice"),
      elsewhere("", "Play all customers and agents"),
    ].map((link) => make("li", {}, link))),
  );
}
