// Draws parts of the state. Text is set as text only: numbers and notes come from outside.

/** @param {string} name @param {string} [text] @param {string} [style] @param {...Node} inside */
function make(name, text = "", style = "", ...inside) {
  const made = document.createElement(name);
  if (text) made.textContent = text;
  if (style) made.className = style;
  made.append(...inside);
  return made;
}

const clock = (iso) => new Date(iso).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
const when = (iso) => Object.assign(make("time", clock(iso)), { dateTime: iso });

/** Seconds as ``0:07``. */
export const lasting = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;

function row(title, detail, ...rest) {
  return make("li", "", "", make("div", "", "what", make("b", title), make("span", detail)), ...rest);
}

/** Replaces the rows only when they differ, so that focus and scroll position stay. */
function fill(list, rows, nothing) {
  const wanted = rows.length ? rows : [make("li", nothing, "empty")];
  const same = list.children.length === wanted.length && wanted.every((one, at) => one.isEqualNode(list.children[at]));
  if (!same) list.replaceChildren(...wanted);
}

/** @param {HTMLElement} place @param {string} text @param {string} kind */
export function pill(place, text, kind) {
  place.textContent = text;
  place.className = `pill ${kind}`;
}

/** @param {HTMLSelectElement} select @param {[string, string][]} choices @param {[string, string][]} [special] */
export function options(select, choices, special = []) {
  const option = ([value, text]) => Object.assign(make("option", text), { value });
  select.replaceChildren(...choices.map(option));
  if (special.length) {
    const group = Object.assign(make("optgroup"), { label: "Difficult callers" });
    group.append(...special.map(option));
    select.append(group);
  }
}

const OPEN = { 1: "closed", 5: "open", 6: "decides per call" };
const servingColour = (count) => (count === 0 ? "bad" : count < 4 ? "warn" : "");
const queueColour = (count) => (count >= 3 ? "bad" : count > 0 ? "warn" : "");
const waitColour = (seconds) => (seconds >= 60 ? "bad" : seconds > 30 ? "warn" : "");

/** @param {HTMLElement} body */
export function pools(body, rows) {
  const drawn = rows.map((pool) =>
    make("tr", "", "",
      make("td", pool.Name, "", make("span", OPEN[pool.OpenStatus], "detail",
        make("span", ` · ${pool.Numbers[0] ?? "no number"}`, "number"))),
      make("td", String(pool.Serving), servingColour(pool.Serving)),
      make("td", String(pool.Free)),
      make("td", String(pool.Active)),
      make("td", String(pool.ActiveCalls)),
      make("td", String(pool.QueueLength), queueColour(pool.QueueLength)),
      make("td", lasting(pool.MaxWaitTime), waitColour(pool.MaxWaitTime)),
    ));
  body.replaceChildren(...drawn);
}

const CALL_STATES = { talking: "good", ringing: "warn", waiting: "warn" };

export function calls(list, rows, called, hangUp) {
  fill(list, rows.map((call) => {
    const state = make("span", call.State, `pill ${CALL_STATES[call.State] ?? ""}`);
    const incoming = call.Direction === "inbound";
    const about = incoming ? [call.Pool ?? call.To, call.Agent] : [`called by ${call.Agent}`];
    const title = called(incoming ? call.From : call.To);
    const drawn = row(title, [...about, call.Terminal].filter(Boolean).join(" · "), state);
    if (call.Yours) drawn.append(make("button", "Hang up", "small"));
    drawn.dataset.id = call.CallId;
    return drawn;
  }), "Nobody is calling.");
  list.onclick = (event) => {
    if (event.target instanceof HTMLButtonElement) hangUp(event.target.closest("li").dataset.id);
  };
}

const AGENT_STATES = { talking: "good", ringing: "warn", "wrap-up": "warn" };

export function agents(list, rows, profiles, change) {
  const open = list.contains(document.activeElement);
  if (open) return;
  fill(list, rows.map((agent) => {
    const select = make("select");
    options(select, profiles.map((name) => [name, name]));
    for (const option of select.options) option.toggleAttribute("selected", option.value === agent.Availability);
    select.setAttribute("aria-label", `Availability of ${agent.Name}`);
    const state = make("span", agent.State, `pill ${AGENT_STATES[agent.State] ?? ""}`);
    const drawn = make("li", "", "", make("div", "", "top", make("b", agent.Name), state), select);
    drawn.dataset.id = agent.Id;
    return drawn;
  }), "No agents.");
  list.onchange = (event) => {
    event.target.blur();
    change(event.target.closest("li").dataset.id, event.target.value);
  };
}

/** @param {HTMLSelectElement} select @param {number} callsPerHour */
export function traffic(select, callsPerHour) {
  const value = String(callsPerHour);
  if (![...select.options].some((option) => option.value === value)) {
    select.append(Object.assign(make("option", `${value} calls an hour`), { value }));
  }
  select.value = value;
}

export function callbacks(list, rows, called, lists) {
  fill(list, rows.map((one) => {
    const closed = one.State === "Closed";
    const state = make("span", one.State, `pill ${closed ? "good" : "warn"}`);
    const detail = closed ? one.CloseNote || "no note" : one.Note || one.Reason;
    return row(called(one.CallerNumber), `${lists.get(one.ListId) ?? "?"} · ${detail}`, state, when(one.CreatedTime));
  }), "Nobody has asked to be called back.");
}

export function deliveries(list, rows) {
  fill(list, rows.map((one) => {
    const result = make("span", one.Delivered ? String(one.Status) : one.Status ? String(one.Status) : "no answer",
      `pill ${one.Delivered ? "good" : "bad"}`);
    const detail = [`attempt ${one.Attempt}`, `${one.DurationMs} ms`, one.Error].filter(Boolean).join(" · ");
    return row(one.EventType, detail, result, when(one.Time));
  }), "Nothing was sent yet.");
}

export function endpoints(place, health) {
  const waiting = Object.values(health).reduce((sum, one) => sum + one.pending, 0);
  place.textContent = waiting ? `${waiting} to deliver` : "all delivered";
}
