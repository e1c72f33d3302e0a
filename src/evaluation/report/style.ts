/** The report's style sheet: light and dark by the reader's setting, light on paper. */
export const style = `
:root { color-scheme: light dark; --paper: #fff; --ink: #1c2430; --soft: #5a6675; --rule: #dbe0e6; --tint: #f4f6f8; --shade: rgb(0 0 0 / 18%); --good: #0b7a4b; --bad: #b3381b;
  --c0: #0068b5; --c1: #8a8f98; --c2: #c25e00; --c3: #00795a; --c4: #a33d83; --c5: #8a6d00; --c6: #5b4bc4; --c7: #b02a37; }
@media (prefers-color-scheme: dark) { :root { --paper: #14181e; --ink: #e4e9ef; --soft: #9aa6b4; --rule: #333c48; --tint: #1c222b; --shade: rgb(255 255 255 / 22%); --good: #58c596; --bad: #f08a6c;
  --c0: #62b6f5; --c1: #99a1ac; --c2: #f0a04b; --c3: #4ec9a0; --c4: #dd8cc6; --c5: #d6bb4a; --c6: #a79bf5; --c7: #f1808b; } }
@media print { :root { color-scheme: light; --paper: #fff; --ink: #000; --soft: #444; --rule: #bbb; --tint: #f4f4f4; --good: #0b7a4b; --bad: #b3381b;
  --c0: #0068b5; --c1: #8a8f98; --c2: #c25e00; --c3: #00795a; --c4: #a33d83; --c5: #8a6d00; --c6: #5b4bc4; --c7: #b02a37; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
main { max-width: 72rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
h1 { font-size: 1.7rem; line-height: 1.25; margin: 0 0 .5rem; overflow-wrap: anywhere; }
h2 { font-size: 1.2rem; margin: 2.6rem 0 .5rem; }
h3 { font-size: 1rem; margin: 1.4rem 0 .3rem; }
p { margin: .5rem 0; }
p, figure, .short, .warn, dl, pre { max-width: 54rem; }
.soft, figcaption, .foot { color: var(--soft); font-size: .9rem; }
.short { border-left: 4px solid var(--c0); background: var(--tint); padding: .6rem 1rem; margin: 1.2rem 0; }
.short p { margin: .35rem 0; }
.warn { border-left: 4px solid var(--bad); background: var(--tint); padding: .5rem 1rem; margin: .8rem 0; }
/* What goes on beyond an edge throws a shadow there. */
.scroll, .drawing { overflow-x: auto; background: linear-gradient(to right, var(--paper) 40%, transparent) 0 0 / 2rem 100%, linear-gradient(to left, var(--paper) 40%, transparent) 100% 0 / 2rem 100%,
  linear-gradient(to right, var(--shade), transparent) 0 0 / .7rem 100%, linear-gradient(to left, var(--shade), transparent) 100% 0 / .7rem 100%; background-repeat: no-repeat; background-attachment: local, local, scroll, scroll; }
table { border-collapse: collapse; font-size: .9rem; margin: .6rem 0; font-variant-numeric: tabular-nums; }
th, td { padding: .3rem .6rem; text-align: right; border-bottom: 1px solid var(--rule); white-space: nowrap; }
th:first-child, td:first-child { text-align: left; }
thead th { white-space: normal; border-bottom: 2px solid var(--soft); font-weight: 600; vertical-align: bottom; }
td.words, th.words { text-align: left; }
td.long { text-align: left; white-space: normal; min-width: 11rem; max-width: 19rem; overflow-wrap: break-word; }
td.best { font-weight: 700; }
td.best::before { content: "★ "; color: var(--c0); }
td.level::before { content: "≈ "; color: var(--soft); }
tr.own td:first-child { font-weight: 700; }
.good { color: var(--good); }
.bad { color: var(--bad); }
figure { margin: .6rem 0 1rem; }
.pair { display: flex; flex-wrap: wrap; gap: .5rem 1.5rem; }
.pair figure { flex: 1 1 18rem; max-width: 24rem; }
.legend { display: flex; flex-wrap: wrap; gap: .2rem 1.1rem; font-size: .9rem; }
.legend span { display: inline-flex; align-items: center; gap: .35rem; }
svg { width: 100%; height: auto; display: block; font: 12px system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; fill: var(--ink); }
.legend svg { width: 14px; }
svg .tick { fill: var(--soft); font-size: 11px; }
svg .axis { fill: var(--soft); font-size: 12px; }
svg .grid { stroke: var(--rule); stroke-width: 1; }
svg .span { stroke: var(--rule); stroke-width: 3; }
svg .zero { stroke: var(--ink); stroke-width: 1.2; stroke-dasharray: 4 3; }
svg .mark { stroke: var(--paper); stroke-width: .8; }
svg .curve { fill: none; stroke-width: 1.8; }
svg .interval { stroke-width: 2.5; }
svg .even { stroke: var(--soft); fill: var(--soft); }
svg .interval.good, svg .point.good { stroke: var(--good); fill: var(--good); }
svg .interval.bad, svg .point.bad { stroke: var(--bad); fill: var(--bad); }
${Array.from({ length: 8 }, (_, k) => `svg .c${k} { fill: var(--c${k}); } svg .curve.c${k} { fill: none; stroke: var(--c${k}); }`).join("\n")}
code, pre { font: .85rem/1.5 ui-monospace, "SF Mono", Menlo, Consolas, monospace; }
pre { background: var(--tint); padding: .7rem .9rem; white-space: pre-wrap; overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; font-size: .9rem; }
dt { font-weight: 600; } dd { margin: 0; }
@media (max-width: 40rem) {
  dl { grid-template-columns: minmax(0, 1fr); } dd { margin-bottom: .4rem; }
  th:first-child, td:first-child { white-space: normal; min-width: 6.5rem; max-width: 9.5rem; overflow-wrap: break-word; }
}
details summary { cursor: pointer; color: var(--soft); }
@media print {
  body { font-size: 10.5pt; } main { max-width: none; padding: 0; }
  h2, h3 { break-after: avoid; } figure, .short, tr { break-inside: avoid; }
  details::details-content { content-visibility: visible; block-size: auto; } details summary { list-style: none; font-weight: 600; color: var(--ink); break-after: avoid; }
  .scroll, .drawing { overflow: visible; background: none; } tbody tr:nth-child(-n + 3) { break-before: avoid; } table { font-size: 8.5pt; } th, td { padding: .15rem .35rem; }
}
`.trim();
