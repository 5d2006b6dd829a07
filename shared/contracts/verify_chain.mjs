#!/usr/bin/env node
// Proves that events are, byte for byte, what was once written: recomputes every key's chain of hashes,
//   chain = sha256(chain before ‖ id, 16 bytes ‖ sequence, 8 bytes big-endian ‖ type, UTF-8 ‖ payload bytes).
// For subscribers and auditors: plain Node, no packages, none of SINGO's own code.
//
//   node verify_chain.mjs FILE...          (- is the standard input)
//
// A FILE has a JSON object per line; per key in order, however the keys are mixed:
// - records of Kafka: {"topic", "partition", "offset", "key", "headers": [[name, text], ...], "value": base64};
// - an exported table: what export_events.sql in this folder writes.
// Records may repeat, as Kafka's may. Exit code 1 names the first bad row of each key. That a key's newest events were
// cut off shows no chain by itself: compare the counts and the digest of two sources, such as Kafka and the table.

import { createHash } from "node:crypto";
import { createReadStream, realpathSync } from "node:fs";
import { createInterface } from "node:readline";

const GENESIS = "0".repeat(64);

const sha256 = (...parts) => {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
};

export function chainHash(previous, { id, sequence, type, payload }) {
  const number = Buffer.alloc(8);
  number.writeBigInt64BE(BigInt(sequence));
  return sha256(Buffer.from(previous, "hex"), Buffer.from(id.replaceAll("-", ""), "hex"), number, type, payload);
}

// The same shape for both kinds of rows; `place` tells people where it stands.
export function rowOf(line, place) {
  const found = JSON.parse(line);
  if (!("headers" in found)) return { ...found, payload: Buffer.from(found.payload, "base64"), place };
  const header = Object.fromEntries(found.headers);
  return {
    source: header.ce_source?.replace("urn:singo:", ""),
    key: found.key,
    sequence: Number(header.ce_sequence),
    id: header.ce_id,
    type: header.ce_type,
    prevchain: header.ce_prevchain,
    chain: header.ce_chain,
    payload: Buffer.from(found.value, "base64"),
    place: `topic ${found.topic}, partition ${found.partition}, offset ${found.offset}`,
  };
}

// Verifies rows one by one. What follows a key's first bad row proves nothing and is passed over.
export class Verifier {
  #chains = new Map(); // source and key -> the chain after each of its events
  #bad = new Map();
  repeated = 0;

  // Returns what is wrong with the row, or nothing.
  add(row) {
    const name = `${row.source} ${row.key}`;
    if (this.#bad.has(name)) return undefined;
    const chain = this.#chains.get(name) ?? [];
    this.#chains.set(name, chain);
    const problem = this.#problem(row, chain);
    if (problem) {
      const text = `source ${row.source}, key ${row.key}, sequence ${row.sequence} (${row.place}): ${problem}`;
      this.#bad.set(name, text);
      return text;
    }
    if (row.sequence > chain.length) chain.push(row.chain);
    else this.repeated += 1;
    return undefined;
  }

  #problem(row, chain) {
    const texts = [row.source, row.key, row.id, row.type, row.chain, row.prevchain];
    if (!texts.every((text) => typeof text === "string")) return "it lacks an attribute that the chain needs";
    if (!Number.isSafeInteger(row.sequence) || row.sequence < 1) return "the sequence is no number from 1 on";
    if (row.sequence > chain.length + 1) return `missing or out of order: sequence ${chain.length + 1} belongs here`;
    const previous = row.sequence === 1 ? GENESIS : chain[row.sequence - 2];
    if (row.prevchain !== previous) return `prevchain is not the chain of the event before, ${previous}`;
    const computed = chainHash(previous, row);
    if (row.chain !== computed) return `the bytes give chain ${computed}, written is ${row.chain}`;
    if (row.sequence <= chain.length && row.chain !== chain[row.sequence - 1]) return "it differs from its first copy";
    return undefined;
  }

  get problems() {
    return [...this.#bad.values()];
  }

  get keys() {
    return this.#chains.size;
  }

  get events() {
    return [...this.#chains.values()].reduce((sum, chain) => sum + chain.length, 0);
  }

  // Over all keys, how many events each has and its last chain: equal only for equal histories.
  get digest() {
    const heads = [...this.#chains].map(([name, chain]) => `${name} ${chain.length} ${chain.at(-1)}\n`);
    return sha256(...heads.sort());
  }
}

async function main(files) {
  const verifier = new Verifier();
  let unreadable = 0;
  for (const file of files) {
    const input = file === "-" ? process.stdin : createReadStream(file);
    let number = 0;
    for await (const line of createInterface({ input, crlfDelay: Infinity })) {
      number += 1;
      try {
        verifier.add(rowOf(line, `${file}, line ${number}`));
      } catch (error) {
        unreadable += 1;
        console.error(`${file}, line ${number} is no row: ${error.message}`);
      }
    }
  }
  for (const problem of verifier.problems) console.error(problem);
  const verified = `${verifier.events} events of ${verifier.keys} keys verified, ${verifier.repeated} repetitions`;
  console.log(`${verified}, ${verifier.problems.length} keys broken; digest ${verifier.digest}`);
  return unreadable > 0 || verifier.problems.length > 0 || verifier.events === 0 ? 1 : 0;
}

if (import.meta.filename === realpathSync(process.argv[1])) {
  if (process.argv.length < 3) {
    console.error("usage: node verify_chain.mjs FILE...");
    process.exitCode = 2;
  } else {
    process.exitCode = await main(process.argv.slice(2));
  }
}
