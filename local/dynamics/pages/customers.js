/** Contacts, accounts and leads: a list, and a form in which the phone numbers can be changed. */

import { call, nameOf, rows } from "./api.js";
import { badge, button, facts, icon, line, make, say, section, table, when } from "./dom.js";

/** @typedef {{title: string, symbol: string, key: string, name: string, phones: string[], calls: string, about: [string, string][]}} Kind */

const PERSON_PHONES = ["mobilephone", "telephone1", "telephone2", "telephone3", "address1_telephone1"];
/** @type {Record<string, Kind>} */
const KINDS = {
  contacts: {
    title: "Contacts",
    symbol: "contact",
    key: "contactid",
    name: "fullname",
    phones: PERSON_PHONES,
    calls: "Contact_Phonecalls",
    about: [["Company", "parentcustomerid"], ["Job title", "jobtitle"], ["E-mail", "emailaddress1"]],
  },
  accounts: {
    title: "Accounts",
    symbol: "account",
    key: "accountid",
    name: "name",
    phones: ["telephone1", "telephone2", "telephone3", "fax"],
    calls: "Account_Phonecalls",
    about: [["Account number", "accountnumber"], ["Website", "websiteurl"], ["E-mail", "emailaddress1"]],
  },
  leads: {
    title: "Leads",
    symbol: "lead",
    key: "leadid",
    name: "fullname",
    phones: PERSON_PHONES,
    calls: "Lead_Phonecalls",
    about: [["Topic", "subject"], ["Company", "companyname"], ["E-mail", "emailaddress1"]],
  },
};
/** @type {Record<string, string>} */
const LABELS = {
  mobilephone: "Mobile phone",
  telephone1: "Business phone",
  telephone2: "Home phone",
  telephone3: "Other phone",
  address1_telephone1: "Address phone",
  fax: "Fax",
};
const STATES = ["Active", "Inactive", "Inactive"];
/** @type {import("./dom.js").Column[]} */
const COLUMNS = [
  { title: "Name", kind: "lead" },
  { title: "Phone numbers", kind: "wide" },
  { title: "E-mail", kind: "wide" },
  { title: "Status", kind: "action" },
];
let sought = "";

/**
 * @param {string} set
 * @param {() => void} draw
 */
export async function customersView(set, draw) {
  const kind = KINDS[set];
  const pattern = sought.replaceAll("'", "''");
  const condition = [kind.name, ...kind.phones].map((column) => `contains(${column},'${pattern}')`).join(" or ");
  const found = await rows(set, { $orderby: kind.name, $top: "500", ...(sought ? { $filter: condition } : {}) });
  const lines = found.map((row) =>
    line(COLUMNS, [
      make("a", { href: `#${set}/${row[kind.key]}` }, row[kind.name] ?? "–"),
      kind.phones.map((column) => row[column]).filter(Boolean).join(" · "),
      row.emailaddress1 ?? "",
      badge(STATES[row.statecode], row.statecode ? "" : "good"),
    ]),
  );
  const nothing = make("p", { className: "empty" }, "Nothing found.");
  const search = make("input", {
    type: "search",
    placeholder: "Search names and numbers",
    value: sought,
    "aria-label": "Search names and numbers",
    "data-key": "search",
    oninput: (/** @type {Event} */ event) => {
      sought = /** @type {HTMLInputElement} */ (event.target).value;
      draw();
    },
  });
  return [
    make("div", { className: "bar" }, make("h1", {}, kind.title), badge(String(found.length)), make("span", { className: "push" }, search)),
    make("div", { className: "card" }, lines.length ? table(COLUMNS, lines, kind.title) : nothing),
  ];
}

/**
 * @param {string} set
 * @param {string} id
 */
export async function customerView(set, id) {
  const kind = KINDS[set];
  const recent = `${kind.calls}($select=subject,createdon,statecode;$orderby=createdon desc;$top=10)`;
  const row = await call(`${set}(${id})?$expand=${recent}`);
  const about = kind.about.map(([title, column]) => [title, nameOf(row, column) || row[column]]);
  const form = phoneForm(set, id, row);
  const back = make("a", { href: `#${set}`, className: "who back" }, icon("back"), kind.title);
  const symbol = make("span", { className: "symbol" }, icon(kind.symbol));
  const state = make("div", {}, badge(STATES[row.statecode], row.statecode ? "" : "good"));
  return [
    make("div", { className: "bar" }, back),
    make("div", { className: "card head" }, symbol, make("div", {}, make("h1", {}, row[kind.name] ?? "–"), state)),
    make(
      "div",
      { className: "sections" },
      section("Phone numbers", form),
      section("Details", facts(/** @type {any} */ (about))),
      section("Recent phone calls", calls(row[kind.calls])),
    ),
  ];
}

/**
 * The numbers as they were typed; a form with changes is not drawn again until it is saved.
 * @param {string} set
 * @param {string} id
 * @param {any} row
 */
function phoneForm(set, id, row) {
  const inputs = KINDS[set].phones.map(
    (column) => /** @type {HTMLInputElement} */ (make("input", { id: column, value: row[column] ?? "", maxLength: 50, type: "tel" })),
  );
  const changes = () => inputs.filter((input) => input.value !== (row[input.id] ?? ""));
  const store = async () => {
    const body = Object.fromEntries(changes().map((input) => [input.id, input.value || null]));
    form.removeAttribute("data-changed");
    await call(`${set}(${id})`, "PATCH", body);
    say("Saved.");
  };
  const save = button("Save", store, { className: "main", type: "submit", disabled: true }, "save");
  save.onclick = null;
  const fields = inputs.map((input) => make("div", {}, make("label", { htmlFor: input.id }, LABELS[input.id]), input));
  const form = make("form", { className: "fields" }, ...fields, make("div", {}, make("span"), make("span", {}, save)));
  form.oninput = () => {
    /** @type {HTMLButtonElement} */ (save).disabled = changes().length === 0;
    form.toggleAttribute("data-changed", changes().length > 0);
  };
  form.onsubmit = (event) => {
    event.preventDefault();
    store().catch((error) => say(error.message));
  };
  return form;
}

/** @param {any[]} found */
function calls(found) {
  if (!found.length) return make("p", { className: "note quiet" }, "No phone calls yet.");
  const items = found.map((one) =>
    make("li", {}, make("a", { href: `#activity/${one.activityid}` }, one.subject ?? "Phone call"), when(one.createdon)),
  );
  return make("ul", { className: "list" }, ...items);
}
