/** The look of a page on a data set in the making: that of QED's pages of proofs, with colours for what stays and what leaves. */
import { proofStylesheet } from '../../prove/proof-stylesheet.ts';

export const curationStylesheet = `${proofStylesheet}
:root{--kept:#0f6f7c;--lost:#dfb28f;--chip:#efe6d8}
@media screen and (prefers-color-scheme:dark){:root{--kept:#3f9aa6;--lost:#7d5a41;--chip:#33302b}}
main{max-width:1000px;padding:56px 32px 96px}
.eyebrow{margin:0 0 4px}
h1{font:600 24px/1.2 var(--sans)}
section{margin-top:52px;padding-top:18px;border-top:2px solid var(--ink)}
h2{font:600 26px/1.2 var(--serif);margin:0 0 8px}
h3{margin:30px 0 8px}
.headline{font-size:42px;line-height:1.12;font-weight:600;letter-spacing:-.012em;margin:16px 0 10px;text-wrap:balance;font-variant-numeric:lining-nums}
.lede{color:var(--soft);max-width:46em}
.figure{margin:18px 0 0}
.figure svg{display:block;width:100%;height:auto;overflow:visible}
.legend{font:13px/1.5 var(--sans);color:var(--soft);margin:8px 0 0}
.legend i{display:inline-block;width:12px;height:12px;border-radius:2px;margin:0 6px 0 0;vertical-align:-1px}
.legend span{margin-right:16px}
.at-narrow{display:none}
table{width:100%;font:14px/1.4 var(--sans);font-variant-numeric:tabular-nums}
th,td{border:0;border-bottom:1px solid var(--rule);padding:7px 14px 7px 0}
thead th{font-weight:400;font-size:13px;color:var(--soft);vertical-align:bottom}
tbody th{font-weight:600;white-space:nowrap}
td.num,th.num{text-align:right}td.num{white-space:nowrap}th.num{max-width:9em;overflow-wrap:normal}
td.zero{color:var(--soft)}
tr.sum>*{border-bottom:0;font-weight:600}
.sample{margin:18px 0 0;padding:14px 0 0;border-top:1px solid var(--rule)}
.sample>header{font:13px/1.5 var(--sans);color:var(--soft);display:flex;flex-wrap:wrap;gap:4px 12px;margin:0 0 8px;overflow-wrap:anywhere}
.chip{background:var(--chip);color:var(--ink);border-radius:3px;padding:0 7px;font-weight:600;white-space:nowrap}
.chip.stays{background:none;box-shadow:inset 0 0 0 1px var(--good);color:var(--good)}
.because{font:14px/1.5 var(--sans);color:var(--soft);border-left:3px solid var(--lost);padding-left:12px;margin:10px 0 0;overflow-wrap:anywhere}
.statement{overflow-x:auto;contain:paint;max-height:30em;overflow-y:auto}
.statement>:last-child{margin-bottom:0}
.solution{margin-top:8px}.solution>summary{font:14px/1.5 var(--sans);color:var(--soft);cursor:pointer}
.solution>div{border-left:2px solid var(--rule);padding-left:16px;margin-top:8px;overflow-x:auto;contain:paint;max-height:40em;overflow-y:auto}
@media (max-width:720px){main{padding:30px 16px 56px}.headline{font-size:30px}.at-wide{display:none}.at-narrow{display:block}}
`;
