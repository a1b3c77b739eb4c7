/** Refusals and ends of calls in words for the agent. */

import { t } from "./strings.js";

/** By the reason the voice cloud gives, else by the code. @param {import("./api.js").Refusal} refusal */
export function inWords(refusal) {
  const keys = [refusal.problem.reason, refusal.code].filter(Boolean).map((code) => `error.${code}`);
  const known = keys.find((key) => t(key) !== key);
  return known ? t(known) : t("error.other", { code: refusal.code || refusal.status });
}

/** Why nobody was talked to; empty where nothing is to be said of it. @param {import("./calls.js").Call} call */
export function whyUnheard(call) {
  const key = `reason.${call.reason}`;
  return call.answeredAt === null && t(key) !== key ? t(key) : "";
}
