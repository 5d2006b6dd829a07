// A region answers an announced visit and the ministry reads the outcome, with the generated TypeScript client:
// node region.js, with REPORTING, NOTIFICATIONS, REGION_TOKEN, MINISTRY_TOKEN, VISIT_ID and AFTER set.

import { strict as assert } from "node:assert";
import { randomUUID } from "node:crypto";
import createClient from "openapi-fetch";
import type { components as Notifications, paths as NotificationsPaths } from "../../build/clients/typescript/notifications.js";
import type { components as Reporting, paths as ReportingPaths } from "../../build/clients/typescript/reporting.js";

type Visit = Reporting["schemas"]["VisitView"];
type Message = Notifications["schemas"]["MessageView"];
type Problem = Reporting["schemas"]["ProblemDocument"];

function given(name: string): string {
  const value = process.env[name];
  assert(value, `${name} is not set`);
  return value;
}

function as(token: string) {
  const headers = { Authorization: `Bearer ${token}` };
  return {
    reporting: createClient<ReportingPaths>({ baseUrl: given("REPORTING"), headers }),
    notifications: createClient<NotificationsPaths>({ baseUrl: given("NOTIFICATIONS"), headers }),
  };
}

/** The answer, or the problem as an error that says what to do. */
function done<T>(answer: { data?: T; error?: Problem; response: Response }): T {
  if (answer.data === undefined) throw new Error(`${answer.error?.detail} ${answer.error?.mend}`);
  return answer.data;
}

/** What another service must have learnt before it answers: the positions of a write's events. */
function positions(response: Response): string {
  const events = response.headers.get("Singo-Events") ?? "";
  return [...events.matchAll(/position="([^"]+)"/g)].map((found) => found[1]).join(",");
}

const region = as(given("REGION_TOKEN"));
const ministry = as(given("MINISTRY_TOKEN"));
const visitId = given("VISIT_ID");

// The inbox, once the NGO's announcement and its change have arrived there.
const inbox = done(
  await region.notifications.GET("/v1/inbox", {
    params: { query: { limit: 100 }, header: { "Singo-After": given("AFTER"), Prefer: "wait=10" } },
  }),
);
const about: Message | undefined = inbox.items.find((message) => message.about_id === visitId);
assert(about, "the region was not told of the visit");
const read = done(
  await region.notifications.POST("/v1/inbox/{message_id}/read", {
    params: { path: { message_id: about.id }, header: { "Idempotency-Key": randomUUID() } },
  }),
);
assert(read.read_at, "the message does not count as read");

// The region's answer to the itinerary that it has seen.
const seen: Visit = done(await region.reporting.GET("/v1/visits/{visit_id}", { params: { path: { visit_id: visitId } } }));
const answered = await region.reporting.POST("/v1/visits/{visit_id}/answers", {
  params: { path: { visit_id: visitId }, header: { "Idempotency-Key": randomUUID() } },
  body: { region: "53.06", answer: "approved", reason: "Disetujui.", version: seen.itinerary_version },
});
console.log(`the region agrees: ${done(answered).status}`);

// The ministry reads after that write.
const outcome = done(
  await ministry.notifications.GET("/v1/inbox", {
    params: { query: { limit: 100 }, header: { "Singo-After": positions(answered.response), Prefer: "wait=10" } },
  }),
);
assert(outcome.items.length > 0, "the ministry was not told");
const final: Visit = done(await ministry.reporting.GET("/v1/visits/{visit_id}", { params: { path: { visit_id: visitId } } }));
assert.equal(final.answers.length, 1);

// A refusal has a type, too: the region has no say over another region's answer.
const refused = await region.reporting.POST("/v1/visits/{visit_id}/answers", {
  params: { path: { visit_id: visitId }, header: { "Idempotency-Key": randomUUID() } },
  body: { region: "53.10", answer: "approved", reason: "Disetujui.", version: seen.itinerary_version },
});
assert(refused.error, "an answer for another region was accepted");
console.log(`refused, ${refused.error.status}: ${refused.error.detail}`);
