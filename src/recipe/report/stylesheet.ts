/**
 * The look of the report: a paper page with a serif voice and sans-serif figures, in light, dark and print. Text
 * meets a contrast of 4.5 to 1 and marks 3 to 1 against their ground in both schemes; a test computes it.
 */
export const colours = {
  light: {
    paper: '#fdfcf9',
    ink: '#1b1a18',
    soft: '#5f5b54',
    rule: '#dcd7cd',
    wash: '#f4f1ea',
    base: '#827b70',
    sft: '#bd6a17',
    rl: '#0f6f7c',
    rc: '#86408f',
    judge: '#3d5a98',
    shown: '#2f6b3c',
    'not-shown': '#a8492f',
    'group-trained': '#0f6f7c',
    'group-equal': '#9ccbcd',
    'group-zero': '#d9b89c',
    'group-ungraded': '#827b70',
  },
  dark: {
    paper: '#151517',
    ink: '#ebe8e1',
    soft: '#a8a39a',
    rule: '#3a393c',
    wash: '#1f1f22',
    base: '#a39c90',
    sft: '#e59b50',
    rl: '#4fb7c3',
    rc: '#cf90db',
    judge: '#8fa9e0',
    shown: '#7fc08b',
    'not-shown': '#e58a6d',
    'group-trained': '#4fb7c3',
    'group-equal': '#2b6168',
    'group-zero': '#7a5b45',
    'group-ungraded': '#a39c90',
  },
} as const;

const variables = (scheme: Readonly<Record<string, string>>) =>
  Object.entries(scheme)
    .map(([name, value]) => `--${name}:${value};`)
    .join('');

export const stylesheet = `
:root{${variables(colours.light)}
--serif:"Iowan Old Style",Charter,"Bitstream Charter","Sitka Text",Cambria,"Noto Serif","Liberation Serif",Georgia,serif;
--sans:system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue","Noto Sans","Liberation Sans",Arial,sans-serif}
@media screen and (prefers-color-scheme:dark){:root{${variables(colours.dark)}}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);font:17px/1.5 var(--serif);font-kerning:normal;overflow-wrap:break-word}
main{max-width:1184px;margin:0 auto;padding:56px 32px 96px}
h1,h2,h3,h4,p,figure,ul,dl,dd{margin:0;padding:0}
h1{font:600 24px/1.2 var(--sans);overflow-wrap:anywhere}
h2{font-size:28px;line-height:1.2;font-weight:600;margin-bottom:6px}
h3{font:600 15px/1.4 var(--sans);margin:26px 0 6px}
section{margin-top:64px;padding-top:20px;border-top:2px solid var(--ink)}
section.first{margin-top:22px}
small{font-size:13px;color:var(--soft)}
.eyebrow{font:13px/1.4 var(--sans);color:var(--soft);margin-bottom:4px}
.description{line-height:1.4;color:var(--soft);max-width:46em;margin-top:6px}
.meta{font:14px/1.5 var(--sans);color:var(--soft);margin-top:6px}
.verdict{font-size:46px;line-height:1.12;font-weight:600;letter-spacing:-.012em;max-width:22em;text-wrap:balance;font-variant-numeric:lining-nums;margin:14px 0 12px}
.verdict.second,.verdict.none{font-size:22px;font-weight:400;line-height:1.35;letter-spacing:0;max-width:46em;text-wrap:pretty;margin:4px 0}
.lede{max-width:46em;color:var(--soft);margin-bottom:20px}
.note{font:13px/1.5 var(--sans);color:var(--soft);max-width:62em;margin-top:10px}
.soft{color:var(--soft)}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font:15px/1.4 var(--sans);font-variant-numeric:tabular-nums}
caption{text-align:left;font-size:14px;color:var(--soft);padding:28px 0 8px}
thead th{font-weight:400;font-size:13px;color:var(--soft);text-align:left;vertical-align:bottom;padding:4px 14px 4px 0;border-bottom:1px solid var(--rule)}
tbody th{font-weight:600;text-align:left;white-space:nowrap}
tbody th,tbody td,tfoot th,tfoot td{padding:10px 14px 10px 0;border-bottom:1px solid var(--rule);vertical-align:middle}
tfoot th{text-align:left;font-weight:600}tfoot th,tfoot td{border-bottom:0}
td.num,th.num{text-align:right;white-space:nowrap}
td:last-child,th:last-child{padding-right:0!important}
.scores td b{font-size:17px}
.plot-column{width:27%}.with-cache .plot-column{width:20%}
.cost .plot-column{width:24%}
.glyph{display:block;overflow:visible}
.glyph text{font:12px var(--sans);fill:var(--soft)}
.effects .scale{border:0;padding:0}.effects .scale .drawing{grid-column:2}
.dot{display:inline-block;width:11px;height:11px;border-radius:50%;margin-right:9px}
.bar{display:block;height:14px;min-width:1px}.bars{display:flex}
.effects{list-style:none}
.effects li{display:grid;grid-template-columns:minmax(0,31fr) minmax(0,31fr) minmax(0,24fr) minmax(0,14fr);column-gap:20px;align-items:center;padding:9px 0;border-bottom:1px solid var(--rule);font:15px/1.35 var(--sans)}
.effects .claim{font-family:var(--serif);font-size:17px}
.estimate{font-variant-numeric:tabular-nums;color:var(--soft)}
.estimate small{white-space:nowrap}
.estimate b{color:var(--ink);font-size:17px}
.badge{font-weight:600}
.badge.yes{color:var(--shown)}.badge.no{color:var(--not-shown)}
.figures{display:grid;gap:36px 32px;align-items:start}
.figures.three{grid-template-columns:repeat(auto-fill,minmax(min(100%,320px),1fr))}
.figures.two{grid-template-columns:repeat(auto-fill,minmax(min(100%,460px),1fr));column-gap:40px}
.figure{border-top:1px solid var(--rule);padding-top:10px;font-family:var(--sans)}
.figure svg{display:block;width:100%;height:auto;margin-top:4px}
.figure svg text{fill:var(--soft)}
figcaption{font-size:15px;line-height:1.35}
figcaption span{color:var(--soft);font-size:13px;display:block}
.legend{font-size:13px;color:var(--soft);margin-top:6px}
.legend span{white-space:nowrap;margin-right:12px}
.legend i{display:inline-block;width:12px;height:12px;border-radius:2px;margin-right:6px;vertical-align:-1px}
.figure .note{margin-top:4px}
.at-narrow{display:none}
.example{margin-top:32px}
.example+.example{border-top:1px solid var(--rule);padding-top:12px}
.answer>.text:not(.thought){font-size:18px}
.statement{font-size:21px;line-height:1.45;max-width:44em;white-space:pre-wrap;overflow-wrap:anywhere}
.answers{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,240px),1fr));gap:24px;margin-top:18px}
.answer{border-top:4px solid var(--mark);padding-top:8px;min-width:0}
.answer h4{font:600 15px/1.4 var(--sans);display:flex;justify-content:space-between;font-variant-numeric:tabular-nums}
.text{white-space:pre-wrap;overflow-wrap:anywhere;margin-top:8px;max-width:44em;max-height:32em;overflow-y:auto}
.text.empty,.text.thought{color:var(--soft)}
.text.empty{font-style:italic}
.text.thought{font-size:15px}
.items{list-style:none;font:14px/1.45 var(--sans);margin-top:12px;border-top:1px solid var(--rule)}
.items li{display:grid;grid-template-columns:3.2em 1fr;padding:5px 0;border-bottom:1px solid var(--rule);overflow-wrap:anywhere}
.items b{font-variant-numeric:tabular-nums;white-space:nowrap}
.items span small{display:block}
.fold{margin-top:12px}
.fold summary{font:14px/1.5 var(--sans);color:var(--soft);cursor:pointer}
.fold summary:hover{color:var(--ink)}
.fold summary:focus-visible{outline:2px solid var(--rl);outline-offset:3px}
.fold[open]>summary{margin-bottom:10px}
pre{background:var(--wash);padding:18px 20px;overflow-x:auto;font:13px/1.55 ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;margin:0}
.facts{display:flex;flex-wrap:wrap;gap:10px 40px;font:15px/1.4 var(--sans);margin-top:10px}
.facts dt{font-size:13px;color:var(--soft)}
@media (max-width:720px){
body{font-size:16px}
main{padding:32px 16px 64px}
h1{font-size:21px}h2{font-size:24px}
section{margin-top:48px}
.verdict{font-size:32px}.verdict.second,.verdict.none{font-size:18px}
.statement{font-size:18px}
.at-wide{display:none}.at-narrow{display:block}
.effects li{grid-template-columns:1fr auto;row-gap:4px}
.effects .claim,.effects .drawing,.effects .scale .drawing{grid-column:1/3}
.scores thead{position:absolute;clip-path:inset(50%);height:1px;overflow:hidden}
.scores,.scores tbody,.scores caption{display:block}
.scores tr{display:grid;grid-template-columns:1fr 1fr;gap:3px 16px;padding:12px 0;border-bottom:1px solid var(--rule)}
.scores tbody th,.scores tbody td{display:block;border:0;padding:0;text-align:left;width:auto;white-space:normal}
.scores tbody th,.scores td.plot-column,.scores td[data-name="Score"],.scores td[data-name="Cache"],.scores td[data-name="Gain"]{grid-column:1/3}
.scores td[data-name]::before{content:attr(data-name) " ";color:var(--soft);font-size:13px}
.cost .plot-column,.only-wide{display:none}.cost tr>*{padding-right:8px}
}
@media print{
:root{--paper:#fff}
body{font-size:10.5pt}
main{max-width:none;padding:0}
section{margin-top:28pt}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}
figure,.answer,.effects li,tr{break-inside:avoid}
.lede{break-after:avoid}
.verdict{font-size:26pt}
table,.effects li{font-size:9pt}.effects .claim{font-size:10pt}small{font-size:8pt}.scores td b,.estimate b{font-size:10pt}
.figures.two{grid-template-columns:1fr 1fr}.figures.three{grid-template-columns:repeat(3,1fr);column-gap:18px}
h2,h3{break-after:avoid}
.text{max-height:none;overflow:visible}
details::details-content{display:block;content-visibility:visible;height:auto}
}
`;
