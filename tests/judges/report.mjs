// What a judge has checked and found: printed for people, and kept for programs in FOLDER/<judge>.json.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export class Report {
  #checked = {};
  #errors = [];
  #warnings = [];
  #exceptions = [];

  constructor(judge) {
    this.judge = judge;
  }

  checked(what, count = 1) {
    this.#checked[what] = (this.#checked[what] ?? 0) + count;
  }

  error(text) {
    this.#errors.push(text);
  }

  warning(text) {
    this.#warnings.push(text);
  }

  // A rule that is set aside on purpose, with the reason; one that nothing breaks any more has to go.
  exception(rule, reason, count) {
    this.#exceptions.push({ rule, reason, count });
    if (count === 0) this.error(`the exception of ${rule} excepts nothing`);
  }

  // For what must be refused: a judge that lets it pass is blind.
  refused(what, wasRefused, example) {
    this.checked(what);
    if (!wasRefused) this.error(`${what}: not refused: ${example}`);
  }

  close(folder) {
    for (const [what, count] of Object.entries(this.#checked)) {
      console.log(`  ${String(count).padStart(6)} ${what}`);
      if (count === 0) this.error(`nothing was checked: ${what}`);
    }
    for (const { rule, reason, count } of this.#exceptions) console.log(`  exception: ${rule} (${count}): ${reason}`);
    for (const text of this.#warnings) console.log(`  warning: ${text}`);
    for (const text of this.#errors) console.log(`  ERROR: ${text}`);
    mkdirSync(folder, { recursive: true });
    const content = {
      checked: this.#checked,
      errors: this.#errors,
      warnings: this.#warnings,
      exceptions: this.#exceptions,
    };
    writeFileSync(join(folder, `${this.judge}.json`), JSON.stringify(content, null, 2));
    process.exitCode = this.#errors.length > 0 ? 1 : 0;
  }
}
