// node kusto.cjs TABLES.json QUERIES.jsonl CORPUS.jsonl
// Reads the lines of `sigproof compile --format jsonl` and says what Microsoft's
// parser and binder think of each query. In CORPUS.jsonl a rule may have none,
// and one query in SAMPLE is asked about: all of them take minutes.
"use strict";
require("@kusto/language-service-next/bridge.min.js");
require("@kusto/language-service-next/Kusto.Language.Bridge.min.js");
const fs = require("fs");

const sample = Number(process.env.SAMPLE || 10);
const longest = 10000; // characters that a Sentinel rule's query may have
const symbols = Kusto.Language.Symbols;
const schema = JSON.parse(fs.readFileSync(process.argv[2], "utf8"));
const tables = Object.entries(schema).map(([name, columns]) => {
  const list = Object.entries(columns).map(([column, type]) => `['${column}']: ${type}`);
  return new symbols.TableSymbol.$ctor7(name, `(${list.join(", ")})`, null);
});
const workspace = new symbols.DatabaseSymbol.ctor("workspace", tables);
const globals = Kusto.Language.GlobalState.Default.WithDatabase(workspace);

function complaints(query) {
  const found = Kusto.Language.KustoCode.ParseAndAnalyze(query, globals).GetDiagnostics();
  const count = found.Count !== undefined ? found.Count : System.Array.getCount(found);
  const out = [];
  for (let i = 0; i < count; i++) {
    const d = System.Array.getItem(found, i);
    if (d.Severity === "Error") {
      out.push(`${d.Code} ${d.Message} at ${JSON.stringify(query.substr(d.Start, Math.min(d.Length, 80)))}`);
    }
  }
  return out;
}

function lines(file) {
  return fs.readFileSync(file, "utf8").split("\n").filter(Boolean).map((line) => JSON.parse(line));
}

function faults(rule) {
  if (rule.error) return [`not compiled: ${rule.error.message}`];
  const out = complaints(rule.query);
  if (rule.query.length > longest) out.push(`${rule.query.length} characters, over ${longest}`);
  return out;
}

let failed = 0;

function report(rules, judge) {
  let passed = 0;
  for (const rule of rules) {
    const wrong = judge(rule);
    if (wrong.length === 0) {
      passed++;
      continue;
    }
    failed++;
    console.log(`${rule.path}: ${rule.title} (${rule.log})`);
    wrong.forEach((w) => console.log(`  ${w}`));
  }
  return passed;
}

const pack = report(lines(process.argv[3]), faults);
const all = lines(process.argv[4]);
const some = all.filter((rule) => rule.query).filter((_, i) => i % sample === 0);
const corpus = report(some, (rule) => complaints(rule.query));
console.log(`kusto: ${pack} of the pack and ${corpus} of the corpus passed, ${failed} failed`);
process.exit(failed > 0 || pack === 0 || (all.length > 0 && corpus === 0) ? 1 : 0);
