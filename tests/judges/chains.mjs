// Judges the chains of a whole run by shared/contracts/verify_chain.mjs, and that verifier by rows tampered with.
//   node chains.mjs FOLDER RECORDS EVENTS     (records.jsonl and events.jsonl of record_run.py)

import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Verifier, rowOf } from "../../shared/contracts/verify_chain.mjs";
import { Report } from "./report.mjs";
import { CONTRACTS } from "./schemas.mjs";

const [folder, ...files] = process.argv.slice(2);
const report = new Report("chains");
const linesOf = (file) => readFileSync(file, "utf8").trimEnd().split("\n");

function verify(file) {
  const ran = spawnSync(process.execPath, [join(CONTRACTS, "verify_chain.mjs"), file], { encoding: "utf8" });
  const [, events, digest] = ran.stdout.match(/^(\d+) events .* digest ([0-9a-f]{64})$/m) ?? [];
  return { status: ran.status, stderr: ran.stderr, events: Number(events), digest };
}

function judgeUntouched() {
  const outcomes = files.map((file) => ({ file, ...verify(file) }));
  for (const { file, status, stderr, events } of outcomes) {
    report.checked(`events verified in ${file.split("/").at(-1)}`, events || 0);
    if (status !== 0) report.error(`${file}: ${stderr}`);
  }
  if (new Set(outcomes.map(({ digest }) => digest)).size > 1) report.error("Kafka and the tables differ");
}

// One byte of the payload, by the position that follows from the row, so that all positions have their turn.
function withAByteChanged(line, at) {
  const content = JSON.parse(line);
  const field = "headers" in content ? "value" : "payload";
  const bytes = Buffer.from(content[field], "base64");
  bytes[at % bytes.length] ^= 1;
  return JSON.stringify({ ...content, [field]: bytes.toString("base64") });
}

// [what was done, the lines then, the index among the old lines of the row that must be named].
function* tampered(lines) {
  for (let i = 0; i < lines.length; i += 1) {
    const [before, after] = [lines.slice(0, i), lines.slice(i + 1)];
    yield ["a byte changed", [...before, withAByteChanged(lines[i], i * 31), ...after], i];
    if (after.length === 0) continue;
    yield ["a row removed", [...before, ...after], i + 1];
    yield ["two rows swapped", [...before, after[0], lines[i], ...after.slice(1)], i + 1];
  }
}

const nameOf = (row) => `source ${row.source}, key ${row.key}, sequence ${row.sequence} (${row.place})`;

function rowsByKey(lines) {
  const keys = new Map();
  for (const line of lines) {
    const { source, key } = rowOf(line, "");
    const name = `${source} ${key}`;
    keys.set(name, [...(keys.get(name) ?? []), line]);
  }
  return [...keys.values()];
}

// Every row of every key, in each way.
function judgeEveryTampering(lines) {
  for (const rows of rowsByKey(lines)) {
    for (const [what, changed, named] of tampered(rows)) {
      const verifier = new Verifier();
      for (const line of changed) verifier.add(rowOf(line, "-"));
      const expected = nameOf(rowOf(rows[named], "-"));
      const [said] = verifier.problems;
      report.refused(`${what}: row named`, said?.startsWith(expected), `expected ${expected}, said ${said}`);
    }
  }
}

// A whole file in each way, as an auditor would see it: exit code and message.
function judgeTheProgram(file, lines) {
  const rows = rowsByKey(lines).sort((one, other) => other.length - one.length)[0];
  const half = Math.floor(rows.length / 2);
  const [middle, next] = rows.slice(half, half + 2).map((line) => lines.indexOf(line));
  // [what was done, the lines then, the row that must be named, its line now]
  const copies = [
    ["a byte changed", lines.with(middle, withAByteChanged(lines[middle], 100)), lines[middle], middle + 1],
    ["a row removed", lines.toSpliced(middle, 1), lines[next], next],
    ["two rows swapped", lines.with(middle, lines[next]).with(next, lines[middle]), lines[next], middle + 1],
  ];
  const copy = join(folder, "tampered.jsonl");
  for (const [what, changed, named, number] of copies) {
    writeFileSync(copy, changed.join("\n"));
    const { status, stderr } = verify(copy);
    const expected = nameOf(rowOf(named, `${copy}, line ${number}`));
    const refused = status === 1 && stderr.startsWith(expected);
    report.refused(`whole files with ${what}, refused`, refused, `expected ${expected}, said ${stderr}`);
  }
  writeFileSync(copy, lines.toSpliced(lines.indexOf(rows.at(-1)), 1).join("\n"));
  const { digest } = verify(copy);
  report.refused("whole files with the newest event cut off: another digest", digest !== verify(file).digest, digest);
}

judgeUntouched();
for (const file of files) {
  const lines = linesOf(file);
  judgeEveryTampering(lines);
  judgeTheProgram(file, lines);
}
report.close(folder);
