// Judges the records of a whole run: read by the `cloudevents` package they must say what Python reads in them, and
// fit the schemas that they name.
//   node records.mjs FOLDER RECORDS     (records.jsonl, as record_run.py writes it)

import { isDeepStrictEqual } from "node:util";
import { readFileSync } from "node:fs";
import { Kafka } from "cloudevents";
import { Report } from "./report.mjs";
import { HEADERS, compiled, problems, published } from "./schemas.mjs";

const ajv = compiled(published().schemas);

function* differences(record) {
  const headers = Object.fromEntries(record.headers);
  yield problems(ajv.getSchema(HEADERS), headers);
  const message = { key: record.key, headers, value: Buffer.from(record.value, "base64") };
  const event = Kafka.toEvent(message).cloneWith({}, true); // `true`: what breaks the specification is refused
  yield* differingAttributes(event, record.read);
  if (!isDeepStrictEqual(event.data, record.read.data)) yield "the data differ";
  if (event.type !== event.dataschema.replace("urn:singo:schema:", "singo.").replace(":", ".")) {
    yield `${event.type} names the schema ${event.dataschema}`;
  }
  yield problems(ajv.getSchema(event.dataschema), event.data);
}

// Both as texts, as they stand in the headers, and as what Python makes of them.
function* differingAttributes(event, read) {
  const { data, datacontenttype, partitionkey, time, ...texts } = event;
  const { time: timeRead, ...textsRead } = read.attributes;
  for (const name of new Set([...Object.keys(texts), ...Object.keys(textsRead)])) {
    if (texts[name] !== textsRead[name]) yield `${name} is ${texts[name]}, Python reads ${textsRead[name]}`;
  }
  const parsed = [
    ["content type", datacontenttype, "application/json"],
    ["time", Date.parse(time), Date.parse(timeRead)],
    ["parsed time", Date.parse(time), Date.parse(read.time)],
    ["key", partitionkey, read.key],
    ["subject", event.subject, read.key],
    ["source", event.source, `urn:singo:${read.source}`],
    ["id", event.id, read.id],
    ["type", event.type, read.type],
    ["sequence", event.sequence, String(read.sequence)],
    ["chain", event.chain, read.chain],
    ["prevchain", event.prevchain, read.prevchain],
    ["after", event.after ?? "", Object.entries(read.after).map((pair) => pair.join("=")).join(",")],
  ];
  for (const [name, theirs, ours] of parsed) {
    if (theirs !== ours) yield `${name} is ${theirs}, Python reads ${ours}`;
  }
}

function judge(record) {
  try {
    return [...differences(record)].filter(Boolean);
  } catch (error) {
    return [`cloudevents refuses it: ${error.message}`];
  }
}

const without = (record, header) => ({ ...record, headers: record.headers.filter(([name]) => name !== header) });
const withHeader = (record, name, value) => {
  const others = without(record, name);
  return { ...others, headers: [...others.headers, [name, value]] };
};
const reading = (record, change) => ({ ...record, read: { ...record.read, ...change } });
const BREAKAGES = {
  "no id": (record) => without(record, "ce_id"),
  "no type": (record) => without(record, "ce_type"),
  "a name that CloudEvents forbids": (record) => withHeader(record, "ce_trace_parent", "x"),
  "an attribute more": (record) => withHeader(record, "ce_colour", "red"),
  "another sequence": (record) => withHeader(record, "ce_sequence", "9999"),
  "another schema": (record) => withHeader(record, "ce_dataschema", "urn:singo:schema:registry:Unknown.v1"),
  "another key": (record) => ({ ...record, key: "another" }),
  "data that are no JSON": (record) => ({ ...record, value: Buffer.from("{").toString("base64") }),
  "other data": (record) => ({ ...record, value: Buffer.from("{}").toString("base64") }),
  "another time in Python": (record) => reading(record, { time: "2020-01-01T00:00:00+00:00" }),
  "another cause in Python": (record) => reading(record, { after: { elsewhere: 7 } }),
};

const [folder, file] = process.argv.slice(2);
const report = new Report("records");
const records = readFileSync(file, "utf8").trimEnd().split("\n").map((line) => JSON.parse(line));
for (const record of records) {
  report.checked(`records of ${record.topic}`);
  const where = `${record.topic}, partition ${record.partition}, offset ${record.offset}`;
  for (const text of judge(record)) report.error(`${where}: ${text}`);
}
report.checked("types of events", new Set(records.map((record) => record.read.type)).size);
for (const [what, broken] of Object.entries(BREAKAGES)) {
  const blind = records.find((record) => judge(broken(record)).length === 0);
  report.refused("kinds of broken records, refused", !blind, `${what}: ${JSON.stringify(blind)}`);
}
report.close(folder);
