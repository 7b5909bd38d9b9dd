/** What a hostile model could write: none of it may run, load, or leave its place on any page. */
export const hostileTexts: readonly string[] = [
  '<script>window.hacked = 1</script>',
  '<img src=x onerror="window.hacked = 2">',
  '<svg onload="window.hacked = 3"><script>window.hacked = 4</script></svg>',
  '[click](javascript:window.hacked=5) ![x](javascript:window.hacked=6)',
  '<iframe srcdoc="<script>parent.hacked = 7</script>"></iframe>',
  '$\\href{javascript:window.hacked=8}{x}$ $\\htmlData{onclick=window.hacked=9}{y}$ $\\class{bar}{z}$',
  '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=window.hacked=10&gt;">',
  '<style>main{display:none}</style><link rel=stylesheet href="http://127.0.0.1:9/evil.css">',
  '<form action="http://127.0.0.1:9/"><input name=token><button>Go</button></form>',
  '"><svg/onload=window.hacked=11>',
  '<a href="data:text/html,<script>window.hacked=12</script>">x</a>',
  '<base href="http://127.0.0.1:9/"><meta http-equiv="refresh" content="0;url=http://127.0.0.1:9/">',
  '\u202Eevil\u202C \u0000 \uFEFF </textarea></title></script>',
  '$$\\require{html}\\style{position:fixed;inset:0;background:red}{x}$$',
  '{{constructor.constructor("window.hacked=13")()}} $\u007bwindow.hacked=14} <%= 1 %>',
];
