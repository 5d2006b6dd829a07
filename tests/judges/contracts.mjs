// Judges shared/contracts: asyncapi.yaml by AsyncAPI's own parser, schemas and examples by ajv.
//   node contracts.mjs FOLDER     (of the report)

import { join } from "node:path";
import { Parser, fromFile } from "@asyncapi/parser";
import { Report } from "./report.mjs";
import { CONTRACTS, HEADERS, compiled, problems, published, readJson } from "./schemas.mjs";

const SEVERITIES = ["error", "warning", "information", "hint"];

async function judgeAsyncapi(report, ajv) {
  const { document, diagnostics } = await fromFile(new Parser(), join(CONTRACTS, "asyncapi.yaml")).parse();
  for (const { severity, path, message } of diagnostics) {
    const text = `asyncapi.yaml: ${SEVERITIES[severity]} at /${path.join("/")}: ${message}`;
    if (severity === 0) report.error(text);
    else report.warning(text);
  }
  if (!document) return;
  report.checked("operations of asyncapi.yaml", document.operations().all().length);
  for (const message of document.components().messages().all()) {
    report.checked("messages of asyncapi.yaml");
    const { $id: urn } = message.payload().json();
    const constants = Object.entries(message.headers().json().allOf[1].properties);
    // The parser does not look at examples.
    for (const example of message.examples().all()) {
      report.checked("examples of asyncapi.yaml");
      const found = [
        problems(ajv.getSchema(urn), example.payload()),
        problems(ajv.getSchema(HEADERS), example.headers()),
        ...constants.map(([name, schema]) => (example.headers()[name] === schema.const ? "" : `another ${name}`)),
      ];
      for (const text of found.filter(Boolean)) report.error(`asyncapi.yaml, example of ${message.name()}: ${text}`);
    }
  }
}

async function refusesWhatIsNoAsyncapi(report) {
  const text = 'asyncapi: 3.0.0\ninfo: {title: Broken, version: "1"}\noperations: {x: {action: shout}}\n';
  const diagnostics = await new Parser().validate(text);
  report.refused("broken AsyncAPI documents, refused", diagnostics.some(({ severity }) => severity === 0), text);
}

function judgeExamples(report, ajv, examples) {
  for (const file of examples) {
    const validate = ajv.getSchema(readJson(file.replace(".example.json", ".json")).$id);
    const example = readJson(file);
    report.checked("examples");
    const text = problems(validate, example);
    if (text) report.error(`${file}: ${text}`);
    for (const [what, broken] of breakages(validate.schema, example)) {
      report.refused(`examples with ${what}, refused`, !validate(broken), `${file}: ${JSON.stringify(broken)}`);
    }
  }
}

// Each field with a value that it can't have, and each that is required left out.
function* breakages(schema, example) {
  for (const name of schema.required) {
    const { [name]: _, ...without } = example;
    yield ["a field too few", without];
  }
  for (const name of Object.keys(example)) yield ["a broken field", { ...example, [name]: {} }];
}

const folder = process.argv[2];
const report = new Report("contracts");
const { schemas, examples } = published();
const ajv = compiled(schemas);
report.checked("schemas, compiled strictly", schemas.length);
judgeExamples(report, ajv, examples);
await judgeAsyncapi(report, ajv);
await refusesWhatIsNoAsyncapi(report);
report.close(folder);
