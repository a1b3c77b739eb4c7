/** The agent's pools: his own switch in each, and how they are doing (B5, C7). */

import { el, Rows, say } from "../dom.js";
import { formatLength } from "../format.js";
import { t } from "../strings.js";

const FIGURES = /** @type {[string, string][]} */ ([["queueLength", "queue"], ["longestWait_s", "longest"], ["free", "free"], ["serving", "serving"], ["activeAgents", "agents"], ["activeCalls", "calls"]]);

export class Pools {
  /** @param {import("../phone.js").Phone} phone */
  constructor(phone) {
    this.phone = phone;
    this.asked = 0;
    this.switching = 0;
    this.list = el("ul", { class: "pools" });
    this.empty = el("p", { class: "empty", hidden: true }, t("pools.empty"));
    this.rows = new Rows(this.list, (pool) => pool.id, (pool) => this.pool(pool), (row, pool) => this.update(row, pool));
    this.root = el("div", {}, this.list, this.empty);
    phone.pulse.addEventListener("tick", () => this.root.isConnected && document.visibilityState === "visible" && this.look());
  }

  opened() {
    this.look();
  }

  /** What was asked before the agent has switched says nothing of his switch any more. */
  async look() {
    const asked = ++this.asked;
    const pools = await this.phone.api.get("/phone/pools").catch(() => null);
    if (!pools || asked !== this.asked || this.switching) return;
    this.rows.draw(pools);
    this.empty.hidden = pools.length > 0;
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
    const kind = agent.talking ? "busy" : agent.active ? this.phone.frame.availability.kind(agent.status ?? "") : "";
    const status = agent.talking ? t("status.talking") : agent.active ? (agent.status ?? "") : t("pools.inactive");
    return el("li", {},
      el("span", { class: "dot", "data-kind": kind, "aria-hidden": "true" }), el("span", { class: "name" }, agent.name),
      el("span", { class: "quiet" }, [status, agent.skill != null && t("pools.skill", { skill: agent.skill })].filter(Boolean).join(" · ")));
  }

  /** @param {any} pool @param {boolean} active */
  async activate(pool, active) {
    this.asked += 1;
    this.switching += 1;
    await this.phone.api.put(`/phone/pools/${pool.id}`, { active }).catch((error) => this.phone.complain(error));
    this.switching -= 1;
    this.look();
  }
}
