/** The agent's pools: the agent's own switch in each, and how they are doing (B5, C7). */

import { elapsed } from "../clock.js";
import { el, Rows, say } from "../dom.js";
import { formatLength } from "../format.js";
import { t } from "../strings.js";
import { statusText } from "../words.js";

/** Longer than any server goes by what it has read of a pool. */
const SETTLED_MS = 6_000;
const FIGURES = /** @type {[string, string][]} */ ([["queueLength", "queue"], ["longestWait_s", "longest"], ["free", "free"], ["serving", "serving"], ["activeAgents", "agents"], ["activeCalls", "calls"]]);

export class Pools {
  /** @param {import("../phone.js").Phone} phone */
  constructor(phone) {
    this.phone = phone;
    this.asked = 0;
    /** What the agent has set, by pool, until the server has had time to say so everywhere. @type {Map<string, {active: boolean, until: number}>} */
    this.wanted = new Map();
    /** @type {any[]} */
    this.known = [];
    /** One switch after another, so that the last one counts. */
    this.switching = Promise.resolve();
    this.list = el("ul", { class: "pools" });
    this.empty = el("p", { class: "empty", hidden: true }, t("pools.empty"));
    this.rows = new Rows(this.list, (pool) => pool.id, (pool) => this.pool(pool), (row, pool) => this.update(row, pool));
    this.root = el("div", {}, this.list, this.empty);
    phone.pulse.addEventListener("tick", () => this.root.isConnected && document.visibilityState === "visible" && this.look());
  }

  opened() {
    this.look();
  }

  async look() {
    const asked = ++this.asked;
    const pools = await this.phone.api.get("/phone/pools").catch(() => null);
    if (!pools || asked !== this.asked) return;
    this.known = pools;
    this.draw();
  }

  draw() {
    this.rows.draw(this.known.map((pool) => ({ ...pool, active: this.isActive(pool) })));
    this.empty.hidden = this.known.length > 0;
  }

  /** As the agent has set it a moment ago, else as the server says, whose figures may be some seconds old. @param {any} pool @returns {boolean} */
  isActive({ id, active }) {
    const wanted = this.wanted.get(id);
    if (wanted && elapsed() < wanted.until) return wanted.active;
    this.wanted.delete(id);
    return active;
  }

  /** @param {any} pool */
  pool(pool) {
    const active = el("input", { type: "checkbox", role: "switch", "aria-label": t("pools.active", { pool: pool.name }), onchange: () => this.activate(pool, active.checked) });
    const figures = FIGURES.map(([name, text]) => el("div", { "data-figure": name }, el("dt", {}, t(`pools.${text}`)), el("dd", {})));
    return el("li", { class: "pool" },
      el("div", { class: "head" }, el("span", { class: "name" }, pool.name), el("span", { class: "tag" }), active),
      el("dl", { class: "figures" }, ...figures),
      el("details", {}, el("summary", {}, t("pools.members")), el("ul", { class: "members" })));
  }

  /** @param {HTMLElement} row @param {any} pool */
  update(row, pool) {
    const active = /** @type {HTMLInputElement} */ (row.querySelector("input"));
    active.checked = pool.active;
    const tag = /** @type {HTMLElement} */ (row.querySelector(".tag"));
    say(tag, t(pool.open ? "pools.open" : "pools.closed"));
    tag.dataset.open = String(pool.open);
    for (const [name] of FIGURES) {
      const shown = name === "longestWait_s" ? formatLength(pool[name] ?? 0) : String(pool[name] ?? 0);
      const figure = /** @type {HTMLElement} */ (row.querySelector(`[data-figure="${name}"] dd`));
      say(figure, shown);
      figure.dataset.alarm = String((name === "queueLength" && pool[name] > 0 && !pool.free) || (name === "longestWait_s" && pool[name] > 60));
    }
    const members = /** @type {HTMLElement} */ (row.querySelector(".members"));
    const agents = [...(pool.agents ?? [])].sort((a, b) => Number(b.active) - Number(a.active));
    members.replaceChildren(...agents.map((agent) => this.member(agent)));
  }

  /** @param {any} agent */
  member(agent) {
    const kind = agent.talking ? "busy" : agent.reachable === false ? "offline" : agent.active ? this.phone.frame.availability.kind(agent.status ?? "") : "";
    const status = agent.talking || agent.active ? statusText({ ...agent, name: agent.status ?? "" }) : t("pools.inactive");
    return el("li", {},
      el("span", { class: "dot", "data-kind": kind, "aria-hidden": "true" }), el("span", { class: "name" }, agent.name),
      el("span", { class: "quiet" }, [status, agent.skill != null && t("pools.skill", { skill: agent.skill })].filter(Boolean).join(" · ")));
  }

  /** @param {any} pool @param {boolean} active @returns {Promise<void>} */
  activate({ id }, active) {
    const wanted = { active, until: Infinity };
    this.wanted.set(id, wanted);
    this.switching = this.switching.then(() => this.put(id, wanted));
    return this.switching;
  }

  /** @param {string} id @param {{active: boolean, until: number}} wanted */
  async put(id, wanted) {
    if (this.wanted.get(id) !== wanted) return; // another click has come since
    try {
      await this.phone.api.put(`/phone/pools/${id}`, { active: wanted.active });
      wanted.until = elapsed() + SETTLED_MS;
    } catch (error) {
      if (this.wanted.get(id) === wanted) this.wanted.delete(id);
      this.phone.complain(error);
    }
    this.draw();
    this.look();
  }
}
