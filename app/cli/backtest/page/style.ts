/** The page's only style sheet; its hash is in the page's policy, so it must go in as it is. */
export const STYLE = `
:root { color-scheme: light dark; --ink: #1c2430; --soft: #5b6675; --line: #d9dee5; --paper: #fff; --card: #f5f7f9;
  --stop: #b3261e; --warn: #9a6700; --calm: #8fa3b8; --good: #2f7d4f; }
@media (prefers-color-scheme: dark) { :root { --ink: #e7ebf0; --soft: #9aa6b4; --line: #333c48; --paper: #14181e; --card: #1d232b;
  --stop: #ff8a80; --warn: #e3b341; --calm: #5f7186; --good: #6cc48f; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 66rem; padding: 2.5rem 1.25rem 4rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.5 system-ui, sans-serif; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0; }
h2 { font-size: 1.25rem; margin: 3rem 0 .75rem; }
p { margin: .4rem 0; max-width: 46rem; }
.soft { color: var(--soft); }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(10.5rem, 1fr)); gap: 1rem; margin: 2rem 0 1rem; padding: 0; list-style: none; }
.figures li { background: var(--card); border-radius: .6rem; padding: 1rem 1.2rem; }
.figures b { display: block; font-size: 2rem; line-height: 1.2; font-variant-numeric: tabular-nums; }
.figures .bad b { color: var(--stop); }
svg { display: block; width: 100%; height: auto; }
svg text { fill: var(--soft); font: 12px system-ui, sans-serif; }
svg .label { fill: var(--ink); }
.grid { stroke: var(--line); }
.merges { fill: var(--calm); opacity: .45; }
.stopped, .lane { fill: var(--stop); }
.open { fill: var(--warn); }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .5rem .75rem .5rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th { font-size: .85rem; color: var(--soft); font-weight: 600; }
.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
code { font: .875em ui-monospace, monospace; overflow-wrap: anywhere; }
.block { color: var(--stop); } .warn { color: var(--warn); } .info { color: var(--soft); }
.scroll { overflow-x: auto; }
details { margin: .35rem 0; } summary { cursor: pointer; }
.fault { border-left: 3px solid var(--line); margin: .9rem 0; padding: .1rem 0 .1rem .9rem; }
.fault p { margin: .15rem 0; }
.days { font-weight: 600; }
@media print { body { max-width: none; padding: 0; } .figures li { border: 1px solid var(--line); } }
`;
