/**
 * The look of a page of proofs: the paper of QED's reports, in light, dark and print, wide and narrow. What a model
 * wrote stays inside its box, whatever its size. Rules that begin with `math` and `tml-` are what temml's MathML needs.
 */
export const proofStylesheet = `
:root{color-scheme:light dark;--paper:#fdfcf9;--ink:#1b1a18;--soft:#5f5b54;--rule:#dcd7cd;--wash:#f4f1ea;--good:#2f6b3c;--bad:#a8492f;--link:#0f6f7c;
--serif:"Iowan Old Style",Charter,"Bitstream Charter","Sitka Text",Cambria,"Noto Serif","Liberation Serif",Georgia,serif;
--sans:system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue","Noto Sans","Liberation Sans",Arial,sans-serif}
@media screen and (prefers-color-scheme:dark){:root{--paper:#151517;--ink:#ebe8e1;--soft:#a8a39a;--rule:#3a393c;--wash:#1f1f22;--good:#7fc08b;--bad:#e58a6d;--link:#4fb7c3}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);font:17px/1.55 var(--serif);overflow-wrap:break-word}
main{max-width:820px;margin:0 auto;padding:48px 28px 80px}
h1{font:600 26px/1.2 var(--sans);margin:0;overflow-wrap:anywhere}
h2{font:600 21px/1.25 var(--sans);margin:44px 0 8px}
h3{font:600 16px/1.35 var(--sans);margin:26px 0 8px}
h4,h5,h6{font:600 15px/1.4 var(--sans);margin:20px 0 6px}
p,ul,ol{margin:0 0 .8em}
.eyebrow{font:13px/1.4 var(--sans);color:var(--soft);margin:0 0 6px;overflow-wrap:anywhere}
.problem{margin:22px 0 0;padding:18px 22px;background:var(--wash);border-left:3px solid var(--ink);overflow-x:auto;contain:paint}
.problem>:last-child,.proof>:last-child,.answer>:last-child{margin-bottom:0}
.verdict{font:14px/1.5 var(--sans);color:var(--soft);padding-left:12px;border-left:3px solid var(--good)}
.verdict.budget,.verdict.stopped,.verdict.cut{border-color:var(--bad)}
.proof,.answer{overflow-x:auto;contain:paint;padding:2px 0}
.display{overflow-x:auto;overflow-y:hidden;margin:.6em 0 .9em;padding:3px 0}
pre{overflow-x:auto;background:var(--wash);padding:12px 14px;font:13px/1.5 ui-monospace,"SF Mono",Menlo,Consolas,"Liberation Mono",monospace;margin:0 0 .9em}
code{font:.86em/1.4 ui-monospace,"SF Mono",Menlo,Consolas,"Liberation Mono",monospace}
pre.text{white-space:pre-wrap;overflow-wrap:anywhere;max-height:480px;overflow-y:auto}
code.tex{background:var(--wash);padding:1px 4px}
blockquote{margin:0 0 .8em;padding-left:16px;border-left:2px solid var(--rule);color:var(--soft)}
hr{border:0;border-top:1px solid var(--rule);margin:22px 0}
a{color:var(--link)}
.scroll{overflow-x:auto}
table{border-collapse:collapse;font:15px/1.4 var(--sans);margin:0 0 .9em}
th,td{border:1px solid var(--rule);padding:5px 10px;text-align:left}
.trace{margin-top:34px;border-top:2px solid var(--ink);font:14px/1.5 var(--sans)}
.trace h3{font-size:15px;margin-top:14px}
.calls>details{border-bottom:1px solid var(--rule)}
.calls>details>summary{display:grid;grid-template-columns:minmax(0,1fr) 80px minmax(0,1.1fr) 262px;gap:4px 14px;padding:7px 4px 7px 20px;cursor:pointer;align-items:baseline;position:relative;list-style:none}
.calls>details>summary::-webkit-details-marker{display:none}
.calls>details>summary::before{content:"▸";position:absolute;left:3px;top:7px;color:var(--soft)}
.calls>details[open]>summary::before{content:"▾"}
.calls>details:target>summary,.calls>details>summary:hover{background:var(--wash)}
.label{font-weight:600;overflow-wrap:anywhere}.path{font-weight:400;color:var(--soft)}
.calls .calls{margin:0 0 6px 7px;padding-left:10px;border-left:2px solid var(--rule)}.inside .calls{margin-top:10px}
.group>ul{margin:0 0 8px 18px}
.chosen>summary{background:var(--wash)}.chosen>summary b{color:var(--good)}
.role,.cost,.meta{color:var(--soft)}
.notes{overflow-wrap:anywhere}
.cost{text-align:right;font-variant-numeric:tabular-nums}
.refused .cost,.failed .cost,.stopped .cost{color:var(--bad);text-align:left;grid-column:1/-1}
.inside{padding:4px 4px 18px 20px}
.folded{margin:0 0 8px}.folded>summary{cursor:pointer;color:var(--soft)}
.answer{font:16px/1.55 var(--serif);border-left:2px solid var(--rule);padding-left:16px}
footer{margin-top:52px;padding-top:14px;border-top:1px solid var(--rule);font:13px/1.5 var(--sans);color:var(--soft)}
dl{display:grid;grid-template-columns:max-content minmax(0,1fr);gap:2px 14px;margin:0 0 10px}dt{font-weight:600}dd{margin:0;overflow-wrap:anywhere}
math{font-family:"Cambria Math","STIX Two Math","STIXTwoMath-Regular","Latin Modern Math","NotoSansMath-Regular",math;font-style:normal;line-height:normal;text-indent:0;letter-spacing:normal}
math *{border-color:currentColor}
math.tml-display{display:block math;width:100%}
.tml-right{text-align:right}.tml-left{text-align:left}
mtable.tml-jot>mtr>mtd{padding-top:.7ex;padding-bottom:.7ex}
.tml-overline{padding:.1em 0 0;border-top:.065em solid}.tml-underline{padding:0 0 .1em;border-bottom:.065em solid}
.tml-fbox{padding:3pt;border:1px solid}
.tml-eqn::before{counter-increment:tmlEqnNo;content:"(" counter(tmlEqnNo) ")"}
body{counter-reset:tmlEqnNo}
@media (max-width:620px){main{padding:28px 16px 56px}.problem{padding:14px 16px}.calls>details>summary{grid-template-columns:minmax(0,1fr) auto}.notes{grid-column:1/-1}.cost{grid-column:1/-1;text-align:left}.notes:empty{display:none}}
@media print{.trace .inside{display:none}main{max-width:none;padding:0}}
`;
