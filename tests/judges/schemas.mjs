// The published JSON Schemas, compiled strictly by ajv.

import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";

export const CONTRACTS = join(import.meta.dirname, "../../shared/contracts");
export const HEADERS = "urn:singo:schema:headers.v1";

export const readJson = (file) => JSON.parse(readFileSync(file, "utf8"));

// [folder, file name] of all that is published now, without what was released before.
function publishedFiles() {
  const folders = readdirSync(CONTRACTS, { withFileTypes: true }).filter(
    (entry) => entry.isDirectory() && !["released", "__pycache__"].includes(entry.name),
  );
  return [CONTRACTS, ...folders.map((folder) => join(CONTRACTS, folder.name))]
    .flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
    .filter((file) => file.endsWith(".json"));
}

export function published() {
  const files = publishedFiles();
  const examples = files.filter((file) => file.endsWith(".example.json"));
  const schemas = files.filter((file) => !file.endsWith(".example.json")).map(readJson);
  return { schemas, examples };
}

// `ajv.getSchema(urn)` then gives the validator of what a record names as its `dataschema`.
export function compiled(schemas) {
  const ajv = new Ajv2020({ strict: true, allErrors: true, strictRequired: true, strictTypes: true });
  addFormats.default(ajv);
  for (const schema of schemas) ajv.addSchema(schema);
  for (const schema of schemas) ajv.getSchema(schema.$id);
  return ajv;
}

export function problems(validate, content) {
  if (!validate) return "there is no such schema";
  return validate(content) ? "" : validate.errors.map((e) => `${e.instancePath || "/"} ${e.message}`).join("; ");
}
