// Judges docs/openapi/*.json by one of the linters of others, all but the exceptions that are stated with their reason.
//   node openapi.mjs spectral-oas|zalando|owasp|redocly FOLDER     (of the report)

import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Report } from "./report.mjs";

const HERE = dirname(fileURLToPath(import.meta.url));
const DOCUMENTS = join(HERE, "../../docs/openapi");
const PROGRAMS = join(HERE, "node_modules/.bin");
const SPECTRAL = { "spectral-oas": "spectral-oas.yaml", zalando: "zalando.yaml", owasp: "owasp.yaml" };
// The others object to warnings that are matters of taste; those are counted and shown by rule.
const WARNINGS_COUNT = new Set(["spectral-oas"]);

// [{ rule, isError, file, where, message }]
function findings(judge, files) {
  return judge === "redocly" ? byRedocly(files) : bySpectral(SPECTRAL[judge], files);
}

function run(program, args) {
  const ran = spawnSync(join(PROGRAMS, program), args, {
    cwd: HERE,
    encoding: "utf8",
    maxBuffer: 2 ** 28,
    env: { ...process.env, REDOCLY_TELEMETRY: "off", REDOCLY_SUPPRESS_UPDATE_NOTICE: "true" },
  });
  try {
    return JSON.parse(`[${ran.stdout.replaceAll(/^\}\{$/gm, "},{")}]`); // Redocly writes a document for each file
  } catch {
    throw new Error(`${program} ${args.join(" ")} did not judge: ${ran.stdout.slice(0, 2000)}${ran.stderr}`);
  }
}

function bySpectral(ruleset, files) {
  const [found] = run("spectral", ["lint", ...files, "--ruleset", ruleset, "--format", "json", "--quiet"]);
  return found.map((found) => ({
    rule: found.code,
    isError: found.severity === 0,
    file: found.source,
    where: `/${found.path.join("/")}`,
    message: found.message,
  }));
}

function byRedocly(files) {
  const options = ["--config", "redocly.yaml", "--format", "json", "--max-problems", "9999"];
  return run("redocly", ["lint", ...files, ...options]).flatMap(({ problems }) => problems).map((found) => ({
    rule: found.ruleId,
    isError: found.severity === "error",
    file: found.location[0].source.ref,
    where: found.location[0].pointer,
    message: found.message,
  }));
}

function judgeDocuments(report, judge, files) {
  const exceptions = JSON.parse(readFileSync(join(HERE, "exceptions.json"))).filter((each) => each.judge === judge);
  const counts = new Map(exceptions.map(({ rule }) => [rule, 0]));
  const warnings = new Map();
  for (const { rule, isError, file, where, message } of findings(judge, files)) {
    if (counts.has(rule)) counts.set(rule, counts.get(rule) + 1);
    else if (isError || WARNINGS_COUNT.has(judge)) report.error(`${file} ${where}: ${rule}: ${message}`);
    else warnings.set(rule, (warnings.get(rule) ?? 0) + 1);
  }
  for (const { rule, reason } of exceptions) report.exception(rule, reason, counts.get(rule));
  for (const [rule, count] of warnings) report.warning(`${count} x ${rule}`);
}

const operations = (document) =>
  Object.values(document.paths).flatMap((item) => Object.values(item).filter(({ responses }) => responses));

// Each a mistake that the judge's rules are there for. [what, change of the document]
const PLANTED = {
  "spectral-oas": [
    ["an operation without a description", (d) => delete operations(d)[0].description],
    ["an undeclared tag", (d) => (operations(d)[0].tags = ["unheard of"])],
    ["an operationId twice", (d) => (operations(d)[0].operationId = operations(d)[1].operationId)],
    ["an example that does not fit", (d) => (d.components.headers["Retry-After"].example = "soon")],
  ],
  zalando: [
    ["a path in capitals", (d) => (d.paths["/v1/ThingsOfMine"] = Object.values(d.paths)[0])],
    ["an error that is no problem document", (d) => (d.components.responses.NotFound.content = {})],
    ["a number without a format", (d) => delete d.components.schemas.ProblemDocument.properties.status.format],
  ],
  owasp: [
    ["a text without bounds", (d) => delete d.components.schemas.ProblemDocument.properties.detail.maxLength],
    ["an open write", (d) => operations(d).forEach((each) => (each.security = []))],
    ["a 429 without Retry-After", (d) => delete d.components.responses.TooManyRequests.headers["Retry-After"]],
  ],
  redocly: [
    ["a reference to nothing", (d) => (operations(d)[0].responses[500] = { $ref: "#/components/responses/None" })],
    ["no servers", (d) => delete d.servers],
    ["no security", (d) => (delete d.security, operations(d).forEach((each) => delete each.security))],
  ],
};

function refusesWhatIsPlanted(report, judge, folder) {
  const plants = join(folder, `${judge}-planted`);
  mkdirSync(plants, { recursive: true });
  const { paths, ...rest } = JSON.parse(readFileSync(join(DOCUMENTS, "notifications.json"), "utf8"));
  const small = JSON.stringify({ ...rest, paths: Object.fromEntries(Object.entries(paths).slice(0, 6)) });
  const written = [["nothing", () => {}], ...PLANTED[judge]].map(([what, plant], number) => {
    const document = JSON.parse(small);
    plant(document);
    const file = join(plants, `${number}.json`);
    writeFileSync(file, JSON.stringify(document));
    return { what, file };
  });
  const found = findings(judge, written.map(({ file }) => file));
  const [before, ...ofEach] = written.map(({ what, file }) => {
    const own = found.filter((each) => basename(each.file) === basename(file));
    const counting = own.filter(({ isError }) => isError || WARNINGS_COUNT.has(judge));
    return { what, file, rules: counting.map(({ rule }) => rule) };
  });
  for (const { what, file, rules } of ofEach) {
    report.refused(`documents with ${what}, refused`, rules.some((rule) => !before.rules.includes(rule)), file);
  }
}

const [judge, folder] = process.argv.slice(2);
const report = new Report(judge);
const files = readdirSync(DOCUMENTS).filter((name) => name.endsWith(".json")).map((name) => join(DOCUMENTS, name));
report.checked("documents", files.length);
report.checked("operations", files.flatMap((file) => operations(JSON.parse(readFileSync(file)))).length);
judgeDocuments(report, judge, files);
refusesWhatIsPlanted(report, judge, folder);
report.close(folder);
