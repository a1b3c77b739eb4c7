/** Refusals and ends of calls in words for the agent. */

import { formatNumber } from "./format.js";
import { t } from "./strings.js";

/** By the reason the voice cloud gives, else by the code. @param {import("./api.js").Refusal} refusal */
export function inWords(refusal) {
  const keys = [refusal.problem.reason, refusal.code].filter(Boolean).map((code) => `error.${code}`);
  const known = keys.find((key) => t(key) !== key);
  return known ? t(known) : t("error.other", { code: refusal.code || refusal.status });
}

/** What an unclear number can be, each to be taken by a click. @param {import("./api.js").Refusal} refusal @param {(number: string) => void} choose @returns {[string, () => void][]} */
export const offered = ({ problem }, choose) => (problem.numbers ?? []).map((/** @type {string} */ number) => [formatNumber(number), () => choose(number)]);

/** Why nobody was talked to; empty where nothing is to be said of it. @param {import("./calls.js").Call} call */
export function whyUnheard(call) {
  const key = `reason.${call.reason}`;
  return call.answeredAt === null && t(key) !== key ? t(key) : "";
}

/** What a colleague does now. @param {{name: string, talking: boolean, reachable?: boolean}} status */
export const statusText = ({ name, talking, reachable }) => (talking ? t("status.talking") : reachable === false ? [name, t("status.no-phone")].filter(Boolean).join(", ") : name);

/** How a call came to the agent: whom they are asked about, who transferred it, why it is back. @param {import("./phone.js").Phone} phone @param {import("./calls.js").Call} call */
export function howItCame(phone, call) {
  const { about, transfer } = call;
  const returned = transfer?.returned;
  if (about) return t("call.about", { who: phone.customerOf(call) });
  if (returned) return t("call.returned", { who: returned.name || phone.frame.number(returned.number), reason: t(`reason.${returned.reason}`) });
  return transfer ? t("call.transferred", { who: transfer.by.name }) : "";
}
