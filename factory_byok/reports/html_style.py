"""The look of the HTML report: one style sheet, light and dark, from 320 pixels on."""

from typing import Final

CSS: Final = """
:root {
  color-scheme: light dark;
  --page: #f6f5f2; --card: #ffffff; --ink: #1d2127; --soft: #5a616b; --line: #e2dfd8;
  --code: #f0eee8; --track: #edebe5;
  --error: #b3261e; --warning: #8a5300; --note: #245ea8; --ok: #2a6b3c;
  --error-tint: #fbeeec; --warning-tint: #fbf3e4; --note-tint: #edf3fb; --ok-tint: #ecf5ee;
  --weights: #3d6fb6; --cache: #2f9c95; --compute: #b3760c; --overhead: #8d7fb5; --hatch: #ffffff;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #14161a; --card: #1c1f25; --ink: #e8e6e1; --soft: #a3a9b3; --line: #2e323a;
    --code: #262a31; --track: #282c33;
    --error: #ff9a8f; --warning: #f0c060; --note: #8fbaf5; --ok: #86d198;
    --error-tint: #33211f; --warning-tint: #302817; --note-tint: #1e2938; --ok-tint: #1c2c21;
    --weights: #6d9be0; --cache: #45b5ad; --compute: #dca640; --overhead: #a99bd0; --hatch: #14161a;
  }
}
*, *::before, *::after { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  margin: 0; background: var(--page); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif;
  overflow-wrap: anywhere;
}
main { max-width: 52rem; margin: 0 auto; padding: 2rem 1rem 3rem; }
h1, h2, h3 { line-height: 1.25; text-wrap: balance; margin: 0; }
h1 { font-size: clamp(1.5rem, 1.2rem + 1.6vw, 2.1rem); letter-spacing: -.01em; }
h2 { font-size: 1.2rem; margin: 2.6rem 0 .8rem; }
h3 { font-size: 1rem; }
p { margin: 0; }
a { color: var(--note); }
code, pre, .mono { font-family: ui-monospace, "SF Mono", Menlo, Consolas, monospace; }
code { font-size: .88em; background: var(--code); border-radius: 4px; padding: .1em .32em; }
pre {
  margin: .6rem 0 0; padding: .6rem .8rem; background: var(--code); border-radius: 8px;
  white-space: pre-wrap; font-size: .88rem; line-height: 1.45;
}
pre code { background: none; padding: 0; font-size: inherit; }
.eyebrow { color: var(--soft); font-size: .9rem; margin-bottom: .35rem; }
.lead { color: var(--soft); margin-top: .5rem; }
.card {
  background: var(--card); border: 1px solid var(--line); border-radius: 12px;
  padding: 1rem 1.1rem; margin: 0 0 .8rem;
}
.finding { border-left: 4px solid var(--tone); }
.finding .top { display: flex; flex-wrap: wrap; gap: .35rem .7rem; align-items: baseline; }
.level {
  color: var(--tone); background: var(--tint); border-radius: 999px;
  font-size: .8rem; font-weight: 650; padding: .1rem .6rem;
}
.check { color: var(--soft); font-size: .8rem; margin-left: auto; }
.finding p { margin-top: .45rem; }
.finding .hint { color: var(--soft); }
.error { --tone: var(--error); --tint: var(--error-tint); }
.warning { --tone: var(--warning); --tint: var(--warning-tint); }
.note { --tone: var(--note); --tint: var(--note-tint); }
.ok { --tone: var(--ok); --tint: var(--ok-tint); }
.status h1 { color: var(--tone); }
dl {
  display: grid; grid-template-columns: minmax(6.5rem, max-content) 1fr; gap: .3rem 1rem;
  margin: 0;
}
dt { color: var(--soft); }
dd { margin: 0; min-width: 0; }
.card > h3 + dl { margin-top: .6rem; }
.card > h3 .level { margin-left: .4rem; white-space: nowrap; }
figure { margin: 0; }
figure svg { display: block; overflow: visible; }
figcaption { color: var(--soft); font-size: .88rem; margin-top: .9rem; }
.legend {
  display: flex; flex-wrap: wrap; gap: .3rem 1.1rem; list-style: none; margin: 0; padding: 0;
}
.legend li { display: flex; align-items: center; gap: .4rem; white-space: nowrap; }
.notes { margin: .7rem 0 0; padding-left: 1.1rem; color: var(--soft); font-size: .88rem; }
details { margin-top: .8rem; }
summary { cursor: pointer; color: var(--note); font-size: .92rem; padding: .2rem 0; }
summary:focus-visible, a:focus-visible { outline: 2px solid var(--note); outline-offset: 2px; }
table { border-collapse: collapse; width: 100%; font-size: .88rem; margin-top: .6rem; }
caption { text-align: left; font-weight: 600; padding: .4rem 0; }
th, td {
  text-align: left; vertical-align: top; padding: .35rem .6rem .35rem 0;
  border-top: 1px solid var(--line);
}
th { font-weight: 600; color: var(--soft); }
td, text { font-variant-numeric: tabular-nums; }
footer {
  color: var(--soft); font-size: .85rem; margin-top: 2.6rem; padding-top: 1rem;
  border-top: 1px solid var(--line);
}
svg text { fill: var(--ink); font: 13px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
svg .title { font-weight: 650; font-size: 15px; }
svg .quiet { fill: var(--soft); font-size: 12px; }
svg .good { fill: var(--ok); } svg .slow { fill: var(--warning); } svg .bad { fill: var(--error); }
svg .track { fill: var(--track); }
svg .limit { stroke: var(--ink); stroke-width: 1.5; }
svg .halo { stroke: var(--card); stroke-width: 4.5; }
svg .far { stroke-dasharray: 3 3; }
svg .hatch { stroke: var(--hatch); stroke-width: 1.2; opacity: .5; fill: none; }
svg .fill-weights { fill: var(--weights); } svg .fill-cache { fill: var(--cache); }
svg .fill-compute { fill: var(--compute); } svg .fill-overhead { fill: var(--overhead); }
svg .fill-fast { fill: var(--ok); } svg .fill-slow { fill: var(--compute); }
@media (max-width: 30rem) {
  body { font-size: 15px; }
  main { padding: 1.4rem .9rem 2rem; }
  dl { grid-template-columns: 1fr; gap: 0; }
  dd { margin-bottom: .5rem; }
  .card { padding: .85rem .9rem; }
  .check { margin-left: 0; }
  thead { display: none; }
  tr { display: block; border-top: 1px solid var(--line); padding: .35rem 0; }
  td { display: block; border: 0; padding: .05rem 0; }
  td:first-child { font-weight: 600; }
}
@media (max-width: 22rem) {
  svg text, svg .quiet { font-size: 11.5px; }
  svg .title { font-size: 14px; }
}
@media print {
  :root { --page: #fff; } main { max-width: none; padding: 0; }
  .card { break-inside: avoid; }
}
"""
