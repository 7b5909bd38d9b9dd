"""Writes golden.json: what Hugging Face's tokenizers and transformers make of cases.json.

    pip install transformers==5.23.0 tokenizers==0.23.3 jinja2==3.1.6
    node golden/tokenizer/export.ts FOLDER
    python golden/tokenizer/make.py FOLDER QWEN3_TEMPLATE

FOLDER has the tokenizers that export.ts wrote. QWEN3_TEMPLATE is a file with the `chat_template` of Qwen3
(tokenizer_config.json of Qwen/Qwen3-0.6B); what it renders is stored, the template is not.

Per tokenizer: ids and decodings of the texts, decodings of arbitrary ids (broken UTF-8 among them), renderings and
ids of the conversations by its own template. Then the merges that Hugging Face's trainer learns from the texts, and
the prompts as Qwen3's own template renders them. golden.json names the versions that made it.
"""

import hashlib
import json
import sys
from importlib.metadata import version
from pathlib import Path

from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, trainers
from transformers import AutoTokenizer
from transformers.utils.chat_template_utils import render_jinja_template

here = Path(__file__).parent
folder, template_file = Path(sys.argv[1]), Path(sys.argv[2])
cases = json.loads((here / "cases.json").read_text("utf-8"))


def of_tokenizer(name):
    text = (folder / name / "tokenizer.json").read_bytes()
    tokenizer = AutoTokenizer.from_pretrained(folder / name)
    raw = Tokenizer.from_file(str(folder / name / "tokenizer.json"))

    def ids_of(text):
        ids = tokenizer.encode(text, add_special_tokens=False)
        assert ids == raw.encode(text, add_special_tokens=False).ids, (name, text)
        return ids

    def decode(ids):
        decoded = tokenizer.decode(ids, skip_special_tokens=False)
        assert decoded == raw.decode(ids, skip_special_tokens=False), (name, ids)
        return decoded

    def render(messages, prompt):
        return tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=prompt)

    size = len(tokenizer)
    fragments = [[(start * 37 + i * step) % size for i in range(12)] for start, step in enumerate(range(1, 21))]
    return {
        "tokenizerSha256": hashlib.sha256(text).hexdigest(),
        "vocabularySize": size,
        "texts": [{"ids": ids_of(t), "decoded": decode(ids_of(t))} for t in cases["texts"]],
        "fragments": [{"ids": ids, "decoded": decode(ids)} for ids in fragments],
        "prompts": [{"text": render(c, True), "ids": ids_of(render(c, True))} for c in cases["conversations"]],
        "replies": [{"text": render(c, False), "ids": ids_of(render(c, False))} for c in cases["replies"]],
    }


def merges():
    layout = json.loads((folder / "trained" / "tokenizer.json").read_text("utf-8"))
    split = layout["pre_tokenizer"]["pretokenizers"][0]["pattern"]["Regex"]
    special = [token["content"] for token in layout["added_tokens"]]
    tokenizer = Tokenizer(models.BPE())
    tokenizer.add_special_tokens(special)
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(split), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    trainer = trainers.BpeTrainer(
        vocab_size=len(layout["model"]["vocab"]) + len(special),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        special_tokens=special,
        show_progress=False,
    )
    # The trainer does not take special tokens out of the texts, so it is given what lies between them.
    parts = cases["texts"]
    for token in special:
        parts = [piece for part in parts for piece in part.split(token)]
    tokenizer.train_from_iterator(parts, trainer)
    return json.loads(tokenizer.to_str())["model"]["merges"]


def qwen3():
    template = template_file.read_text("utf-8")

    def prompts(**variables):
        rendered, _ = render_jinja_template(
            conversations=cases["conversations"], chat_template=template, add_generation_prompt=True, **variables
        )
        return rendered

    return {
        "templateSha256": hashlib.sha256(template.encode()).hexdigest(),
        "prompts": prompts(),
        "withoutThinking": prompts(enable_thinking=False),
    }


golden = {
    "versions": {name: version(name) for name in ("transformers", "tokenizers", "jinja2")},
    "tokenizers": {name: of_tokenizer(name) for name in ("lab", "trained")},
    "merges": merges(),
    "qwen3": qwen3(),
}
(here / "golden.json").write_text(json.dumps(golden) + "\n", "utf-8")
