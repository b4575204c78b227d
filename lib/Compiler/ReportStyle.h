// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// How the page of --report looks, and how its tables sort.
#ifndef LIB_COMPILER_REPORTSTYLE_H
#define LIB_COMPILER_REPORTSTYLE_H

#include "llvm/ADT/StringRef.h"

namespace lcompile {

constexpr llvm::StringLiteral reportStyle = R"(
:root { color-scheme: light dark; --page: #f6f7f9; --panel: #fff; --ink: #1c2330; --quiet: #667085;
  --line: #dfe3ea; --generated: #3b82c4; --library: #d9822b; --other: #8a94a6; --live: #7a9e5a; --label: #fff; }
@media (prefers-color-scheme: dark) { :root { --page: #14171d; --panel: #1c2129; --ink: #e4e8ef; --quiet: #98a2b3;
  --line: #323a46; --generated: #5b9bd8; --library: #e29a4e; --other: #7c8798; --live: #6f9350; --label: #10131a; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 14px/1.45 system-ui, sans-serif; }
main { max-width: 1200px; margin: 0 auto; padding: 24px 20px 60px; }
h1 { font-size: 26px; margin: 0; overflow-wrap: anywhere; }
h2 { font-size: 18px; margin: 36px 0 6px; }
h2.function { font-size: 22px; border-top: 1px solid var(--line); padding-top: 28px; }
.hint, .legend, .quiet, small { color: var(--quiet); }
.hint { margin: 0 0 10px; overflow-wrap: anywhere; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(160px, 1fr)); gap: 12px; margin-top: 18px; }
.card { background: var(--panel); border: 1px solid var(--line); border-radius: 8px; padding: 12px 14px; display: flex; flex-direction: column; }
.card span, .card small { color: var(--quiet); }
.card b { font-size: 21px; font-weight: 600; }
.scroll { overflow-x: auto; background: var(--panel); border: 1px solid var(--line); border-radius: 8px; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: 6px 12px; border-bottom: 1px solid var(--line); }
tbody tr:last-child td { border-bottom: 0; }
th { font-weight: 600; color: var(--quiet); white-space: nowrap; cursor: pointer; user-select: none; }
th:hover { color: var(--ink); }
td.number, th.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
td.code { font-family: ui-monospace, monospace; font-size: 13px; word-break: break-all; min-width: 180px; }
td.ops { min-width: 130px; max-width: 240px; color: var(--quiet); }
td.source { min-width: 220px; font-size: 13px; overflow-wrap: anywhere; }
td.source b { font-weight: 600; }
td.bar { min-width: 110px; position: relative; white-space: nowrap; }
td.bar i { position: absolute; left: 12px; top: 7px; height: 18px; max-width: calc(100% - 24px); background: var(--generated); opacity: .35; border-radius: 3px; }
td.bar span { position: relative; padding-left: 6px; font-variant-numeric: tabular-nums; }
i.unit { display: inline-block; width: 10px; height: 10px; border-radius: 3px; margin: 0 7px 0 0; }
.legend i.unit { margin-left: 14px; }
.legend i.unit:first-child { margin-left: 0; }
i.generated { background: var(--generated); } i.library { background: var(--library); } i.other { background: var(--other); }
svg.memory { display: block; width: 100%; height: auto; background: var(--panel); border: 1px solid var(--line); border-radius: 8px; }
svg text { fill: var(--quiet); font: 12px system-ui, sans-serif; }
svg text.slot { fill: var(--label); font-weight: 600; pointer-events: none; }
svg line { stroke: var(--line); }
svg rect { stroke: var(--panel); stroke-width: 1; }
svg rect.generated { fill: var(--generated); } svg rect.library { fill: var(--library); } svg rect.other { fill: var(--other); }
svg g:hover rect { stroke: var(--ink); stroke-width: 2; }
svg path.live { fill: var(--live); opacity: .55; }
.tags { display: flex; flex-wrap: wrap; gap: 8px; }
.tags span { background: var(--panel); border: 1px solid var(--line); border-radius: 14px; padding: 2px 11px; font-family: ui-monospace, monospace; font-size: 13px; }
details { margin-top: 8px; } summary { cursor: pointer; color: var(--quiet); padding: 4px 0; }
)";

constexpr llvm::StringLiteral reportScript = R"(
for (const table of document.querySelectorAll("table"))
  table.querySelectorAll("th").forEach((head, column) => {
    let down = false;
    head.onclick = () => {
      const key = row => { const cell = row.cells[column]; const n = parseFloat(cell.dataset.key); return isNaN(n) ? cell.textContent : n; };
      const rows = [...table.tBodies[0].rows];
      const compare = (a, b) => typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b));
      rows.sort((a, b) => compare(key(a), key(b)) * (down ? -1 : 1));
      down = !down;
      table.tBodies[0].append(...rows);
    };
  });
)";

} // namespace lcompile

#endif // LIB_COMPILER_REPORTSTYLE_H
