"""Writes templates.json: what transformers renders by chat templates in the manner of real ones, and what single
expressions of Jinja give there.

    pip install transformers==5.23.0 jinja2==3.1.6
    python golden/tokenizer/make-templates.py

The templates are written for this file, with the constructs that templates of the Qwen, Llama, Mistral and SmolLM
families use. A rendering that raises is stored as its message. templates.json names the versions that made it.
"""

import json
from importlib.metadata import version
from pathlib import Path

from transformers.utils.chat_template_utils import render_jinja_template

here = Path(__file__).parent

templates = {
    "chatml with a default system message": """{% for message in messages %}{% if loop.first and messages[0]['role'] != 'system' %}{{ '<|im_start|>system
You are helpful.<|im_end|>
' }}{% endif %}{{'<|im_start|>' + message['role'] + '
' + message['content'] + '<|im_end|>' + '
'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant
' }}{% endif %}""",
    "chatml on lines": """{% for message in messages %}
    {% if message.role == 'system' %}
        <|system|>{{ message.content }}
    {% elif message.role == 'user' %}
        <|user|>{{ message.content | trim }}
    {%- else %}
        <|assistant|>{{ message.content }}{{ eos_token }}
    {% endif %}
{% endfor %}
{# a comment #}
{%- if add_generation_prompt +%}
  <|assistant|>
{%- endif %}
""",
    "llama 3 headers": """{{- bos_token }}
{%- if custom_tools is defined %}{% set tools = custom_tools %}{%- endif %}
{%- if not date_string is defined %}
    {%- if strftime_now is defined %}
        {%- set date_string = strftime_now("%Y") | length | string %}
    {%- else %}
        {%- set date_string = "26 Jul 2024" %}
    {%- endif %}
{%- endif %}
{%- if not tools is defined %}
    {%- set tools = none %}
{%- endif %}
{%- if messages[0]['role'] == 'system' %}
    {%- set system_message = messages[0]['content']|trim %}
    {%- set messages = messages[1:] %}
{%- else %}
    {%- set system_message = "" %}
{%- endif %}
{{- "<|start_header_id|>system<|end_header_id|>\\n\\n" }}
{%- if tools is not none %}
    {{- "Environment: ipython\\n" }}
    {%- for t in tools %}
        {{- t | tojson(indent=4) }}
        {{- "\\n\\n" }}
    {%- endfor %}
{%- endif %}
{{- "Today Date: " + date_string + "\\n\\n" }}
{{- system_message }}
{{- "<|eot_id|>" }}
{%- for message in messages %}
    {%- if not (message.role == 'ipython' or message.role == 'tool' or 'tool_calls' in message) %}
        {{- '<|start_header_id|>' + message['role'] + '<|end_header_id|>\\n\\n'+ message['content'] | trim + '<|eot_id|>' }}
    {%- elif 'tool_calls' in message %}
        {%- if not message.tool_calls|length == 1 %}
            {{- raise_exception("This model only supports single tool-calls at once!") }}
        {%- endif %}
        {%- set tool_call = message.tool_calls[0].function %}
        {{- '<|start_header_id|>assistant<|end_header_id|>\\n\\n' -}}
        {{- '{"name": "' + tool_call.name + '", ' }}
        {{- '"parameters": ' }}
        {{- tool_call.arguments | tojson }}
        {{- "}" }}
        {{- "<|eot_id|>" }}
    {%- else %}
        {{- "<|start_header_id|>ipython<|end_header_id|>\\n\\n" }}
        {%- if message.content is mapping or message.content is iterable %}
            {{- message.content | tojson }}
        {%- else %}
            {{- message.content }}
        {%- endif %}
        {{- "<|eot_id|>" }}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}
{%- endif %}
""",
    "qwen 3 with thinking": """{%- if tools %}
    {{- '<|im_start|>system\\n' }}
    {%- if messages[0].role == 'system' %}
        {{- messages[0].content + '\\n\\n' }}
    {%- endif %}
    {{- "# Tools\\n<tools>" }}
    {%- for tool in tools %}
        {{- "\\n" }}
        {{- tool | tojson }}
    {%- endfor %}
    {{- "\\n</tools><|im_end|>\\n" }}
{%- else %}
    {%- if messages[0].role == 'system' %}
        {{- '<|im_start|>system\\n' + messages[0].content + '<|im_end|>\\n' }}
    {%- endif %}
{%- endif %}
{%- set ns = namespace(multi_step_tool=true, last_query_index=messages|length - 1) %}
{%- for message in messages[::-1] %}
    {%- set index = (messages|length - 1) - loop.index0 %}
    {%- if ns.multi_step_tool and message.role == "user" and message.content is string and not(message.content.startswith('<tool_response>') and message.content.endswith('</tool_response>')) %}
        {%- set ns.multi_step_tool = false %}
        {%- set ns.last_query_index = index %}
    {%- endif %}
{%- endfor %}
{%- for message in messages %}
    {%- if message.content is string %}
        {%- set content = message.content %}
    {%- else %}
        {%- set content = '' %}
    {%- endif %}
    {%- if (message.role == "user") or (message.role == "system" and not loop.first) %}
        {{- '<|im_start|>' + message.role + '\\n' + content + '<|im_end|>' + '\\n' }}
    {%- elif message.role == "assistant" %}
        {%- set reasoning_content = '' %}
        {%- if message.reasoning_content is string %}
            {%- set reasoning_content = message.reasoning_content %}
        {%- else %}
            {%- if '</think>' in content %}
                {%- set reasoning_content = content.split('</think>')[0].rstrip('\\n').split('<think>')[-1].lstrip('\\n') %}
                {%- set content = content.split('</think>')[-1].lstrip('\\n') %}
            {%- endif %}
        {%- endif %}
        {%- if loop.index0 > ns.last_query_index %}
            {%- if loop.last or (not loop.last and reasoning_content) %}
                {{- '<|im_start|>' + message.role + '\\n<think>\\n' + reasoning_content.strip('\\n') + '\\n</think>\\n\\n' + content.lstrip('\\n') }}
            {%- else %}
                {{- '<|im_start|>' + message.role + '\\n' + content }}
            {%- endif %}
        {%- else %}
            {{- '<|im_start|>' + message.role + '\\n' + content }}
        {%- endif %}
        {%- if message.tool_calls %}
            {%- for tool_call in message.tool_calls %}
                {%- if (loop.first and content) or (not loop.first) %}
                    {{- '\\n' }}
                {%- endif %}
                {%- if tool_call.function %}
                    {%- set tool_call = tool_call.function %}
                {%- endif %}
                {{- '<tool_call>\\n{"name": "' }}
                {{- tool_call.name }}
                {{- '", "arguments": ' }}
                {%- if tool_call.arguments is string %}
                    {{- tool_call.arguments }}
                {%- else %}
                    {{- tool_call.arguments | tojson }}
                {%- endif %}
                {{- '}\\n</tool_call>' }}
            {%- endfor %}
        {%- endif %}
        {{- '<|im_end|>\\n' }}
    {%- elif message.role == "tool" %}
        {%- if loop.first or (messages[loop.index0 - 1].role != "tool") %}
            {{- '<|im_start|>user' }}
        {%- endif %}
        {{- '\\n<tool_response>\\n' }}
        {{- content }}
        {{- '\\n</tool_response>' }}
        {%- if loop.last or (messages[loop.index0 + 1].role != "tool") %}
            {{- '<|im_end|>\\n' }}
        {%- endif %}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\\n' }}
    {%- if enable_thinking is defined and enable_thinking is false %}
        {{- '<think>\\n\\n</think>\\n\\n' }}
    {%- endif %}
{%- endif %}""",
    "llama 2 instructions": """{% if messages[0]['role'] == 'system' %}{% set loop_messages = messages[1:] %}{% set system_message = messages[0]['content'] %}{% else %}{% set loop_messages = messages %}{% set system_message = false %}{% endif %}{% for message in loop_messages %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('Conversation roles must alternate user/assistant/user/assistant/...') }}{% endif %}{% if loop.index0 == 0 and system_message != false %}{% set content = '<<SYS>>\\n' + system_message + '\\n<</SYS>>\\n\\n' + message['content'] %}{% else %}{% set content = message['content'] %}{% endif %}{% if message['role'] == 'user' %}{{ bos_token + '[INST] ' + content.strip() + ' [/INST]' }}{% elif message['role'] == 'assistant' %}{{ ' '  + content.strip() + ' ' + eos_token }}{% endif %}{% endfor %}""",
    "mistral with tools": """{%- if messages[0]["role"] == "system" %}
    {%- set system_message = messages[0]["content"] %}
    {%- set loop_messages = messages[1:] %}
{%- else %}
    {%- set loop_messages = messages %}
{%- endif %}
{%- set user_messages = loop_messages | selectattr("role", "equalto", "user") | list %}
{%- set others = loop_messages | rejectattr("role", "equalto", "user") | map(attribute="role") | join(",") %}
{{- bos_token }}[{{ others }}]
{%- for message in loop_messages %}
    {%- if message["role"] == "user" %}
        {%- if tools is not none and (message == user_messages[-1]) %}
            {{- "[AVAILABLE_TOOLS] [" }}
            {%- for tool in tools %}
                {%- set tool = tool.function %}
                {{- '{"type": "function", "function": {' }}
                {%- for key, val in tool.items() if key != "return" %}
                    {%- if val is string %}
                        {{- '"' + key + '": "' + val + '"' }}
                    {%- else %}
                        {{- '"' + key + '": ' + val|tojson }}
                    {%- endif %}
                    {%- if not loop.last %}
                        {{- ", " }}
                    {%- endif %}
                {%- endfor %}
                {{- "}}" }}
                {%- if not loop.last %}
                    {{- ", " }}
                {%- else %}
                    {{- "]" }}
                {%- endif %}
            {%- endfor %}
            {{- "[/AVAILABLE_TOOLS]" }}
        {%- endif %}
        {%- if loop.last and system_message is defined %}
            {{- "[INST] " + system_message + "\\n\\n" + message["content"] + "[/INST]" }}
        {%- else %}
            {{- "[INST] " + message["content"] + "[/INST]" }}
        {%- endif %}
    {%- elif message.tool_calls is defined and message.tool_calls is not none %}
        {{- "[TOOL_CALLS] [" }}
        {%- for tool_call in message.tool_calls %}
            {%- set out = tool_call.function|tojson %}
            {{- out[:-1] }}
            {%- if not tool_call.id is defined or tool_call.id|length != 9 %}
                {{- raise_exception("Tool call IDs should be alphanumeric strings with length 9!") }}
            {%- endif %}
            {{- ', "id": "' + tool_call.id + '"}' }}
        {%- endfor %}
        {{- "]" + eos_token }}
    {%- elif message["role"] == "assistant" %}
        {{- " " + message["content"]|trim + eos_token}}
    {%- else %}
        {{- raise_exception("Only user and assistant roles are supported, with the exception of an initial optional system message!") }}
    {%- endif %}
{%- endfor %}
""",
    "generation blocks and macros": """{%- macro turn(role, text='-', *, mark='!') -%}
<{{ role }}>{{ text }}</{{ role }}>
{% endmacro -%}
{%- macro plain(x) %}{{ x|upper }}{% endmacro -%}
{%- for m in messages if m.role != 'system' -%}
{%- if m.role == 'assistant' -%}
{%- generation %}{{ m.content }}{{ eos_token }}{% endgeneration -%}
{%- else -%}
{{ turn(m.role, text=plain(m.content)) }}
{%- endif -%}
{%- else -%}
nothing
{%- endfor -%}
{{ turn('end') }}""".replace(", *, mark='!'", ""),
    "loop controls": """{% for m in messages %}{% if m.role == 'system' %}{% continue %}{% endif %}{{ loop.index }}/{{ loop.length }}/{{ loop.revindex }}/{{ loop.revindex0 }}{{ loop.previtem.role if loop.previtem is defined }}>{{ m.role }}>{{ loop.nextitem.role if not loop.last }} {% if loop.index0 == 2 %}{% break %}{% endif %}{% endfor %}""",
    "content in parts": """{% for m in messages %}{% if m.content is string %}{{ m.content }}{% else %}{% for part in m.content %}{% if part['type'] == 'text' %}{{ part['text'] }}{% elif 'image' in part or part.type == 'image' %}<image>{% endif %}{% endfor %}{% endif %}|{% endfor %}""",
    "set blocks and scopes": """{% set x = 'outer' %}{% set body %} in a {{ x }} block {% endset %}{% for m in messages %}{% set x = m.role %}{{ x }},{% endfor %}{{ x }}{{ body | trim | upper }}{% if true %}{% set x = 'if' %}{% endif %}{{ x }}{% set ns = namespace() %}{% set ns.a = 1 %}{% for m in messages %}{% set ns.a = ns.a + 1 %}{% endfor %}{{ ns.a }}{% set a, b = 1, 'two' %}{{ a }}{{ b }}""",
    "filters on blocks": """{% filter upper %}{{ messages[0].content }} and text{% endfilter %}""",
}

user = {"role": "user", "content": "  What is 1 + 1? "}
answer = {"role": "assistant", "content": "<think>\none and one\n</think>\n\n It is 2.\n"}
system = {"role": "system", "content": " Be brief. "}
call = {
    "role": "assistant",
    "content": "",
    "tool_calls": [{"id": "abcdefghi", "type": "function", "function": {"name": "add", "arguments": {"a": 1, "b": [1.5, None, True], "c": "é\"<&'\n"}}}],
}
tool = {
    "type": "function",
    "function": {
        "name": "add",
        "description": "Adds, \"exactly\".",
        "parameters": {"type": "object", "properties": {"a": {"type": "number"}}, "required": []},
    },
}
conversations = {
    "question": {"messages": [user]},
    "system": {"messages": [system, user]},
    "turns": {"messages": [system, user, answer, {"role": "user", "content": "And\n\n2 + 2?"}]},
    "whole": {"messages": [user, answer], "add_generation_prompt": False},
    "tools": {"messages": [user, call, {"role": "tool", "content": "2"}, {"role": "tool", "content": "3"}, answer], "tools": [tool, tool]},
    "no thinking": {"messages": [user], "enable_thinking": False},
    "parts": {"messages": [{"role": "user", "content": [{"type": "text", "text": "see"}, {"type": "image"}]}]},
    "order": {"messages": [answer, user]},
}
special = {"bos_token": "<s>", "eos_token": "</s>"}

context = {
    "s": "  Hello, World! \n", "t": "a-b-c-b-a", "e": "", "u": "straße ÉTÉ ǆ", "n": 7, "m": -3, "f": 2.5, "z": 0, "big": 123456789012345,
    "l": [3, 1, 2], "w": ["b", "a", "C"], "d": {"b": 1, "a": {"x": [1, 2]}, "c": None}, "yes": True, "no": False,
    "rows": [{"k": "x", "v": 2}, {"k": "y", "v": 1}, {"k": "x"}], "nested": [[1, 2], [3]], "emoji": "a👩‍👩‍👧b",
}
expressions = """
s.strip() ;; s.lstrip() ;; s.rstrip() ;; s.strip('\\n ') ;; t.strip('a') ;; t.strip('ab-')
s.strip(none) ;; t.lstrip('a-') ;; t.rstrip('-a') ;; s|trim ;; t.split('-') ;; t.split('-', 1)
t.rsplit('-', 1) ;; t.rsplit('-') ;; s.split() ;; s.split(none, 1) ;; t.rsplit('-', 1)[0]
t.split('-')[-1] ;; t.partition('-') ;; t.rpartition('-') ;; e.split() ;; e.split(',') ;; s.splitlines()
'a\\nb\\r\\nc'.splitlines() ;; t.replace('b', 'X') ;; t.replace('b', 'X', 1) ;; s.upper() ;; s.lower()
s.title() ;; s.capitalize() ;; u.upper() ;; u.lower() ;; u.title() ;; u.capitalize()
t.startswith('a-') ;; t.endswith('-a') ;; t.startswith(('x', 'a')) ;; t.find('b') ;; t.rfind('b')
t.index('b') ;; t.count('b') ;; t.count('-b') ;; t.removeprefix('a-') ;; t.removesuffix('-a')
'7'.zfill(3) ;; 'a'.center(5) ;; 'a'.ljust(3) + '|' ;; 'abc'.isalpha() ;; '12'.isdigit()
'aB'.swapcase() ;; '{}-{}'.format(1, 'x') ;; '%s and %d' % ('x', 3) ;; '-'.join(w) ;; w|join('-')
rows|map(attribute='k')|join(',') ;; t[0] ;; t[-1] ;; t[1:3] ;; t[:-1] ;; t[::-1] ;; t[::2] ;; t[5:]
t[-3:] ;; t[10:] ;; emoji[0:2] ;; emoji|length ;; emoji[::-1] ;; l[0] ;; l[-1] ;; l[1:] ;; l[::-1]
l[:2] ;; l[5:] ;; nested[0][1] ;; d['b'] ;; d.b ;; d.a.x ;; d.a['x'][1] ;; d['zz'] ;; d.zz
d.get('zz') ;; d.get('zz', 5) ;; d.get('b')
d|length ;; d|list ;; w|length ;; s|length ;; n + 1 ;; n - 10 ;; n * 2 ;; n / 2 ;; n // 2 ;; m // 2
n % 3 ;; m % 2 ;; n ** 2 ;; 2 ** -1 ;; f + 1 ;; f * 2 ;; n + f ;; n / 7 ;; 7.0 ;; 1.0 ;; 1e3
0.1 + 0.2 ;; 1e16 ;; 1e22 ;; big ;; big * 1000 ;; -n ;; +n ;; n ~ 'x' ;; f ~ '' ;; yes ~ no ~ none
l ~ d ;; 1 == 1.0 ;; '1' == 1 ;; yes == 1 ;; none == no ;; l == [3, 1, 2] ;; d == {} ;; n > 3
n >= 7 and n < 8 ;; 'a' < 'b' ;; l < [4] ;; not n ;; not e ;; e or 'x' ;; n and 'x' ;; none or z
yes and no ;; n is odd ;; n is even ;; n is divisibleby(7) ;; n is number ;; f is float ;; n is integer
yes is integer ;; yes is number ;; yes is boolean ;; s is string ;; n is string ;; d is mapping
l is mapping ;; l is sequence ;; l is iterable ;; s is iterable ;; d is iterable ;; n is iterable
none is none ;; zz is none ;; zz is defined ;; zz is undefined ;; d is defined ;; d.zz is defined
yes is true ;; no is false ;; n is true ;; 1 is true ;; z is false ;; n is eq(7) ;; n is equalto 7
n is ne 7 ;; n is gt 3 ;; n is lt(3) ;; n is in l ;; 1 is in l ;; 'b' is in t ;; 'b' in t
'z' not in t ;; 1 in l ;; 'b' in d ;; 'zz' in d ;; n is callable ;; s is upper ;; e is lower
'AB' is upper ;; n is sameas n ;; none is sameas none ;; n is not none ;; l|sort ;; w|sort
w|sort(case_sensitive=true) ;; l|sort(reverse=true) ;; rows|selectattr('v', 'defined')|list|length
rows|selectattr('k', 'equalto', 'x')|list ;; rows|rejectattr('v')|list
rows|map(attribute='v', default=0)|list ;; rows|map(attribute='v')|list ;; l|map('string')|list
w|map('upper')|list ;; rows|groupby('k')|list|length ;; l|select('odd')|list ;; l|reject('odd')|list
l|first ;; l|last ;; l|min ;; l|max ;; l|sum ;; w|unique|list ;; l|reverse|list ;; t|reverse
l|batch(2)|list ;; nested|sum(start=[]) ;; l ;; random is number ;; d|dictsort
rows|sum(attribute='v', start=0) ;; s|upper ;; s|lower ;; s|title ;; s|capitalize ;; 'ab cd'|title
s|wordcount ;; s|replace('l', 'L') ;; s|replace('l', 'L', 1) ;; 'a\\nb'|indent(2)
'a\\nb'|indent(2, true) ;; 'a\\n\\nb'|indent(4, blank=true) ;; 'abcdef'|truncate(5) ;; f|int ;; '12'|int
'x'|int ;; 'x'|int(5) ;; '3.5'|float ;; n|float ;; 3.7|round ;; 3.14159|round(2) ;; 2.5|round ;; -3|abs
n|string ;; s|string ;; l|string ;; d|string ;; f|string ;; none|string ;; yes|string ;; e|default('x')
zz|default('x') ;; e|default('x', true) ;; none|default('x') ;; none ;; d('y', true) ;; '<a&"b">' ;; e
'<a&"b">'|escape ;; 'x'|list ;; 'a b'|urlencode ;; 'x'|center(5) ;; '%s-%s'|format('a', 2) ;; s|safe
n|filesizeformat ;; 'a,b' ;; split(',') ;; d|tojson ;; l|tojson ;; s|tojson ;; u|tojson ;; none|tojson
yes|tojson ;; f|tojson ;; 1.0|tojson ;; 1e22|tojson ;; big|tojson ;; d|tojson(indent=2)
nested|tojson(indent=1) ;; []|tojson(indent=2) ;; {}|tojson(indent=2) ;; {'a': []}|tojson(indent=2)
'<&>\\''|tojson ;; emoji|tojson ;; '\\x7f\\u2028'|tojson ;; d|tojson(sort_keys=true)
d|tojson(separators=(',', ':')) ;; d|tojson(ensure_ascii=true) ;; u|tojson(ensure_ascii=true)
rows|tojson(indent=4) ;; (1, 2)|tojson ;; {'a': 1, 2: 'b'}|tojson ;; d ;; l ;; nested ;; rows ;; none
yes ;; no ;; f ;; 1.5e-7 ;; 123456.789 ;; 'it\\'s' ;; ["it's", 'say "x"', 'both \\' "']
['\\n\\t\\\\'] ;; ['é', '\\x00'] ;; (1, 2) ;; (1,) ;; () ;; {} ;; [] ;; {'a': none, 'b': true}
[1.0, -0.0] ;; zz ;; d.zz ;; [zz] ;; range(3)|list ;; range(5, 1, -2)|list
dict(a=1, b='x') ;; namespace(a=1).a ;; 'a' 'b' ;; "x" if no ;; "x" if no else "y" ;; zz.a ;; none.a
s.nothing ;; s.nothing() ;; zz() ;; d.zz.y ;; l[9] ;; 1 + 'a' ;; 'a' + 1 ;; 'a' * 3 ;; [1] * 2
[1] + [2] ;; 'a' ~ 1 ;; 1 / 0 ;; n.x ;; cycler('a','b').next() ;; joiner(',')()
loop is defined ;; 'a' if n > 5 and n < 9 else 'b' ;; (n if n else 0) + 1 ;; not n == 7 ;; not (n == 8)
n is defined and n is not string ;; [1, 2, 3][1:][0] ;; 'a,b'.split(',')|length ;; ('a' ~ 'b')|upper
'a' ~ 'b'|upper ;; -1|abs ;; 2 + 3 * 4 - 1 ;; (2 + 3) * 4 ;; 10 - 2 - 3 ;; 2 ** 3 ** 2 ;; 7 // 2 * 2
1 < 2 < 3 ;; 1 == 1 != 2 ;; 'x' in 'xyz' and 'y' not in 'abc' ;; {'a': {'b': 'c'}}.a.b ;; {'a': 1}['a']
[[1, 2], [3, 4]]|map('first')|list ;; 'A' in ['A', 'B'] ;; (messages is defined) ;; true ;; false
none ;; True ;; False ;; None ;; '\\t' ~ '|' ;; "\\u00e9\\x41" ;; '\\'' ~ "\\"" ;; r is defined
""".strip()


def render(source, variables):
    try:
        rendered, _ = render_jinja_template(conversations=[variables["messages"]], chat_template=source, **{k: v for k, v in variables.items() if k != "messages"})
        return {"text": rendered[0]}
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}


def renderings(source):
    return {
        name: render(source, {"add_generation_prompt": True, **special, **variables})
        for name, variables in conversations.items()
    }


def expression(source):
    # Through the same environment that renders chat templates.
    return {"expression": source, **render("{{ " + source + " }}", {"messages": [], **context})}


listed = [source for line in expressions.split("\n") for source in line.split(" ;; ")]
golden = {
    "versions": {name: version(name) for name in ("transformers", "jinja2")},
    "special": special,
    "conversations": conversations,
    "context": context,
    "templates": [{"name": name, "source": source, "renderings": renderings(source)} for name, source in templates.items()],
    "expressions": [expression(source) for source in listed],
}
(here / "templates.json").write_text(json.dumps(golden, separators=(",", ":")) + "\n", "utf-8")
