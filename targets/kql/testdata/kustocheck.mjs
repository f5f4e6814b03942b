// Asks Microsoft's own parser and binder whether queries are KQL.
//
//   node kustocheck.mjs FOLDER < input > output
//
// FOLDER holds node_modules/@kusto/language-service-next. The first line of
// input is the schema, {"Table": {"Column": "type"}}; each further one is
// {"name": ..., "query": ...}. Each line of output is {"name", "diagnostics"}.
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { resolve } from 'node:path';

const require = createRequire(resolve(process.argv[2], 'x.js'));
require('@kusto/language-service-next/bridge.min.js');
require('@kusto/language-service-next/Kusto.Language.Bridge.min.js');
const { Symbols, GlobalState, KustoCode } = globalThis.Kusto.Language;

const declare = (columns) =>
  '(' + Object.entries(columns).map(([name, type]) => `['${name}']:${type}`).join(', ') + ')';

function globalsOf(schema) {
  const tables = Object.entries(schema).map(
    ([name, columns]) => new Symbols.TableSymbol.$ctor7(name, declare(columns), null));
  return GlobalState.Default.WithDatabase(new Symbols.DatabaseSymbol.ctor('workspace', tables));
}

function diagnose(query, globals) {
  const found = KustoCode.ParseAndAnalyze(query, globals).GetDiagnostics();
  const out = [];
  for (let i = 0; i < found.Count; i++) {
    const d = found.getItem(i);
    out.push(`${d.Code}: ${d.Message} at "${query.substr(d.Start, d.Length)}"`);
  }
  return out;
}

let globals;
for await (const line of createInterface({ input: process.stdin })) {
  const value = JSON.parse(line);
  if (!globals) {
    globals = globalsOf(value);
    continue;
  }
  console.log(JSON.stringify({ name: value.name, diagnostics: diagnose(value.query, globals) }));
}
