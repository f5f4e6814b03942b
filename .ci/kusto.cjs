// node kusto.cjs TABLES.json QUERIES.jsonl
// Reads the lines of `sigproof compile --format jsonl` and says what Microsoft's
// parser and binder think of each query.
"use strict";
require("@kusto/language-service-next/bridge.min.js");
require("@kusto/language-service-next/Kusto.Language.Bridge.min.js");
const fs = require("fs");

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
  if (query.length > longest) out.push(`${query.length} characters, over ${longest}`);
  return out;
}

let passed = 0;
let failed = 0;
for (const line of fs.readFileSync(process.argv[3], "utf8").split("\n").filter(Boolean)) {
  const rule = JSON.parse(line);
  const wrong = rule.error ? [`not compiled: ${rule.error.message}`] : complaints(rule.query);
  if (wrong.length === 0) {
    passed++;
    continue;
  }
  failed++;
  console.log(`${rule.path}: ${rule.title}`);
  wrong.forEach((w) => console.log(`  ${w}`));
}
console.log(`kusto: ${passed} passed, ${failed} failed`);
process.exit(failed > 0 || passed === 0 ? 1 : 0);
