/** Somebody calls: who, through which pool, answer or decline (C5). */

import { button, el, focus, say, show } from "../dom.js";
import { t } from "../strings.js";
import { howItCame } from "../words.js";

const GAP_PX = 12;

export class RingView {
  /** @param {import("../phone.js").Phone} phone */
  constructor(phone) {
    this.phone = phone;
    /** @type {import("../calls.js").Call | undefined} */
    this.call = undefined;
    /** Where the agent was when it began to ring. @type {HTMLElement | null} */
    this.before = null;
    this.name = el("h2", { id: "ring-name" });
    this.number = el("p", { class: "number" });
    this.via = el("p", { class: "quiet" });
    this.context = el("p", { class: "context" });
    this.notes = el("p", { class: "quiet notes" });
    this.answer = button("call", t("ring.answer"), () => this.call && phone.answer(this.call), { class: "answer", "data-answer": true });
    this.decline = button("end", t("ring.decline"), () => this.call && phone.command(this.call, "decline"), { class: "decline" });
    this.hint = el("p", { class: "hint" });
    this.root = el("section", { class: "ring", role: "alertdialog", "aria-labelledby": "ring-title ring-name", "aria-describedby": "ring-via", hidden: true },
      el("p", { class: "eyebrow", id: "ring-title" }, t("ring.title")),
      this.name,
      this.number,
      el("div", { id: "ring-via" }, this.via, this.context, this.notes),
      el("div", { class: "choices" }, this.decline, this.answer),
      this.hint,
    );
  }

  /**
   * @param {import("../calls.js").Call | undefined} call
   * @param {HTMLElement | undefined} next where the agent goes on when it rings no more, else where they were
   */
  draw(call, next) {
    const isNew = call && call.callId !== this.call?.callId;
    if (isNew) this.before = /** @type {HTMLElement | null} */ (document.activeElement);
    const hadFocus = this.root.contains(document.activeElement);
    this.call = call;
    show(this.root, Boolean(call));
    if (!call && hadFocus) focus(next ?? this.before, { preventScroll: true });
    if (!call) return;
    const name = this.phone.nameOf(call);
    const number = this.phone.frame.number(call.party.number);
    say(this.hint, t(this.phone.devices.isAwaited ? "mic.awaited" : "ring.keys"));
    say(this.name, name);
    say(this.number, number === name ? "" : number);
    say(this.via, call.kind === "consult" ? t("ring.consult") : call.pool ? t("ring.via", { pool: call.pool.name }) : "");
    say(this.context, howItCame(this.phone, call));
    say(this.notes, this.phone.notesOn(call));
    if (isNew) this.place(next);
    if (isNew && !isTyping()) focus(this.answer);
  }

  /** Over what is there, which stays where it is; in a call below what commands it. @param {HTMLElement | undefined} talking the call */
  place(talking) {
    const stage = this.root.offsetParent?.getBoundingClientRect();
    const end = talking?.querySelector("button.end")?.getBoundingClientRect();
    if (!stage) return;
    const lowest = stage.height - this.root.offsetHeight - GAP_PX;
    this.root.style.top = `${Math.max(GAP_PX, Math.min(lowest, end ? end.bottom - stage.top + GAP_PX : 0))}px`;
  }
}

/** Notes and searches are typed into although they are empty still. */
function isTyping() {
  const field = /** @type {HTMLInputElement | null} */ (document.activeElement?.closest("input, textarea"));
  return Boolean(field && (field.value || field.matches("textarea, [type=search]")));
}
