/** Contacts, accounts and leads: a list, and a form in which the phone numbers can be changed. */

import { call, rows } from "./api.js";
import { line, make, say, table, trying } from "./dom.js";

const KINDS = {
  contacts: { title: "Contacts", key: "contactid", name: "fullname", phones: ["mobilephone", "telephone1", "telephone2", "telephone3"] },
  accounts: { title: "Accounts", key: "accountid", name: "name", phones: ["telephone1", "telephone2", "telephone3"] },
  leads: { title: "Leads", key: "leadid", name: "fullname", phones: ["mobilephone", "telephone1", "telephone2", "telephone3"] },
};
const LABELS = { mobilephone: "Mobile", telephone1: "Business phone", telephone2: "Home phone", telephone3: "Other phone" };
const TITLES = ["Name", "Numbers", "E-mail", "Status"];

/** @param {string} set */
export async function customersView(set) {
  const kind = KINDS[set];
  const found = await rows(set, { $orderby: kind.name, $top: "500" });
  const lines = found.map((row) =>
    line(TITLES, [
      make("a", { href: `#${set}/${row[kind.key]}` }, row[kind.name] ?? "–"),
      kind.phones.map((column) => row[column]).filter(Boolean).join(" · "),
      row.emailaddress1 ?? "",
      row.statecode ? "Inactive" : "Active",
    ]),
  );
  return [make("div", { className: "bar" }, make("h1", {}, kind.title), make("span", { className: "badge" }, String(found.length))), make("div", { className: "card" }, table(TITLES, lines))];
}

/**
 * @param {string} set
 * @param {string} id
 */
export async function customerView(set, id) {
  const kind = KINDS[set];
  const row = await call(`${set}(${id})`);
  const inputs = kind.phones.map((column) => make("input", { id: column, value: row[column] ?? "", maxLength: 50, type: "tel" }));
  const form = make("form", { className: "form" }, ...inputs.map((input) => make("div", {}, make("label", { htmlFor: input.id }, LABELS[input.id]), input)));
  const save = make("button", { className: "main", type: "submit" }, "Save");
  form.append(make("div", {}, save));
  form.onsubmit = (event) => {
    event.preventDefault();
    trying(async () => {
      const changed = inputs.filter((input) => input.value !== (row[input.id] ?? ""));
      const body = Object.fromEntries(changed.map((input) => [input.id, input.value || null]));
      await call(`${set}(${id})`, "PATCH", body);
      say("Saved.");
    })();
  };
  const back = make("a", { href: `#${set}` }, `‹ ${kind.title}`);
  const state = make("span", { className: "badge" }, row.statecode ? "Inactive" : "Active");
  return [make("div", { className: "bar" }, back), make("div", { className: "bar" }, make("h1", {}, row[kind.name] ?? "–"), state), make("div", { className: "card" }, form)];
}
