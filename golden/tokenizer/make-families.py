"""Writes families.json: what Hugging Face's tokenizers makes of small tokenizers of every kind that is read.

    pip install tokenizers==0.23.3
    python golden/tokenizer/make-families.py

Two models are learnt here, a byte-level BPE and one of SentencePiece's kind; the kinds are those models with other
normalisers, splits, decoders and added tokens. Per kind: the ids of the texts, what they decode to, and decodings of
arbitrary ids (broken UTF-8 among them). And the pieces into which the splits of gguf-splits.json cut the texts
(written by `node golden/tokenizer/export-splits.ts`). families.json names the version that made it.
"""

import json
from importlib.metadata import version
from pathlib import Path

from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

here = Path(__file__).parent

corpus = [
    "The sum of two even integers is even. Let $a = 2m$ and $b = 2n$; then $a + b = 2(m + n)$, which is even.",
    "We prove it by induction: for n = 1 it holds, and if it holds for n it holds for n + 1, since 1 + 2 + 3 = 6.",
    "Die Summe zweier gerader Zahlen ist gerade. Où est la démonstration? Það er ekki satt.",
    "Доказательство: сумма двух чётных чисел чётна. 两个偶数之和是偶数。二つの偶数の和は偶数です。",
    "    def f(x):\n        return x + 1\n\n\n    print(f(12345))\t# 10 100 1000\r\n",
    "don't can't we'll they're I'm it's he'd you've DON'T WE'LL",
] * 3

texts = [
    "", " ", "  ", "   a", "a   ", " a  b   c ", "\n", "\n\n\n", " \n \n", "\t\ta\tb", "a\r\nb\r\n", "\r", "\x00a\x00",
    "\u0085a\u00a0b\u2003c\u3000d\ufeffe\u200bf", "The sum of two even integers is even.",
    "Let $a = 2m$ and $b = 2n$. Then $a + b = 2(m + n)$.", "\\frac{n(n+1)}{2} \\le \\sqrt{x^2+y^2}\\\\",
    "1", "12", "123", "1234", "12345678901234567890", "3.14159 1,000,000 0x1F 1e-9", "½ ² Ⅷ ٣٤ १२३ ①", "x1y22z333",
    "don't we'LL they'Re I'M it'S he'd you'VE", "you'ſx 'ſx b'ſ'K'k", "'s'S's", "é", "e\u0301", "Ǆ ﬁ ½ Å \u212b Ω \u2126",
    "a\u0300\u0301b\u0327\u0308", "نص عربي ١٢٣", "עברית", "हिन्दी में", "ไทยไม่มีช่องว่าง", "한국어 텍스트", "日本語テキスト、句読点。",
    "中文字符,混合English", "👩‍👩‍👧‍👦 👍🏽 🇩🇪", "\U0001d4d0\U0001d4d1 \U00020000", "Straße STRASSE İstanbul ΣΊΣΥΦΟΣ", "\u2581a\u2581\u2581b", "<unk><s>a</s> <s>",
    "<|im_start|>user\nhi<|im_end|>\n", "<|im_start|>  x  <|im_end|>  y", "a<|pad|>b <|pad|> c", "word<w>word <w> <w> \U00020000<w>", "<n> ＜n＞", "<|im_start",
    "<0x41><0x0A>", "!!!???...,,,", "«quoted» “curly” —dash— …", "a_b __init__ snake_case camelCase PascalCase HTTPServer", "http://example.com/a?b=c&d=e#f",
    "{\"a\": [1, 2, {\"b\": null}]}", "if x:\n\n\n    y = 1\n\tz\n  \n", "                                                                                 x",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "the the the even even integers prove prove", "\u0661\u0662 \u0967 ᄀ\u1161\u11a8 각", "�\ufffe\uffff", "\u00e9\u00ea\u00eb \u0120\u010a",
]

byte_level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": False, "use_regex": False}
llama3 = "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"
qwen2 = llama3.replace("{1,3}", "")


def learn_byte_level():
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    trainer = trainers.BpeTrainer(
        vocab_size=420, initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()), show_progress=False
    )
    tokenizer.train_from_iterator(corpus, trainer)
    model = json.loads(tokenizer.to_str())["model"]
    # Entries that no merge makes: words taken whole with ignore_merges.
    for entry in ["Ġinduction", "Ġproves", "ðŁĳį"]:
        model["vocab"].setdefault(entry, len(model["vocab"]))
    return {"vocab": model["vocab"], "merges": model["merges"]}


def learn_sentencepiece():
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.Replace(" ", "\u2581")
    tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex("\u2581*[^\u2581\n]*"), "isolated")
    special = ["<unk>", "<s>", "</s>", *(f"<0x{byte:02X}>" for byte in range(256))]
    trainer = trainers.BpeTrainer(vocab_size=560, special_tokens=special, show_progress=False)
    tokenizer.train_from_iterator(corpus, trainer)
    model = json.loads(tokenizer.to_str())["model"]
    return {"vocab": model["vocab"], "merges": model["merges"]}


learnt = {"byteLevel": learn_byte_level(), "sentencePiece": learn_sentencepiece()}


def added(contents, model, **flags):
    vocab, tokens = learnt[model]["vocab"], []
    after = len(vocab)
    for content in contents:
        own = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
        own.update(flags.get("each", {}).get(content, {}))
        identifier = vocab.get(content, after)
        after += content not in vocab
        tokens.append({"id": identifier, "content": content, **own})
    return tokens


chat = ["<|im_start|>", "<|im_end|>", "<|pad|>"]
odd = {
    "<|im_start|>": {"rstrip": True},
    "<|im_end|>": {"lstrip": True},
    "<w>": {"single_word": True, "special": False},
    "<n>": {"normalized": True, "special": False},
    "Even": {"normalized": True, "special": False},
}
sequence = lambda key, parts, kind="Sequence": {"type": kind, key: parts}
split = lambda regex, behavior="Isolated", invert=False: {
    "type": "Split", "pattern": {"Regex": regex}, "behavior": behavior, "invert": invert
}
gpt2_level = {**byte_level, "use_regex": True}
replace = {"type": "Replace", "pattern": {"String": " "}, "content": "\u2581"}
back = {"type": "Replace", "pattern": {"String": "\u2581"}, "content": " "}
prepend = sequence("normalizers", [{"type": "Prepend", "prepend": "\u2581"}, replace])
strip = {"type": "Strip", "content": " ", "start": 1, "stop": 0}
sp_decoder = sequence("decoders", [back, {"type": "ByteFallback"}, {"type": "Fuse"}, strip])
metaspace = lambda scheme, cut: {
    "type": "Metaspace", "replacement": "\u2581", "prepend_scheme": scheme, "split": cut
}
sp_settings = {"unk_token": "<unk>", "fuse_unk": True, "byte_fallback": True}
sp_added = added(["<unk>", "<s>", "</s>", "<|im_start|>", "<|im_end|>"], "sentencePiece")


def kind(name, model, *, normalizer=None, pre=None, decoder=None, tokens=None, settings=None, **extra):
    return {
        "name": name,
        "model": model,
        "file": {
            "version": "1.0",
            "added_tokens": added(chat, "byteLevel") if tokens is None else tokens,
            "normalizer": normalizer,
            "pre_tokenizer": pre,
            "post_processor": None,
            "decoder": decoder or byte_level,
        },
        "settings": settings or {},
        **extra,
    }


byte_kinds = [
    kind("llama 3", "byteLevel", pre=sequence("pretokenizers", [split(llama3), byte_level]), settings={"ignore_merges": True}),
    kind("qwen 2", "byteLevel", normalizer={"type": "NFC"}, pre=sequence("pretokenizers", [split(qwen2), byte_level])),
    kind("qwen 2, merges as texts", "byteLevel", normalizer={"type": "NFC"}, pre=sequence("pretokenizers", [split(qwen2), byte_level]), mergesAsTexts=True),
    kind("smollm", "byteLevel", pre=sequence("pretokenizers", [{"type": "Digits", "individual_digits": True}, gpt2_level])),
    kind("smollm without some bytes", "byteLevel", pre=sequence("pretokenizers", [{"type": "Digits", "individual_digits": True}, gpt2_level]), without=["Ġ", "ð", "Ã", "Ċ"]),
    kind("gpt-2 with a space before", "byteLevel", pre={**gpt2_level, "add_prefix_space": True}),
    kind("runs of digits", "byteLevel", pre=sequence("pretokenizers", [{"type": "Digits", "individual_digits": False}, gpt2_level])),
    kind("matches kept", "byteLevel", pre=sequence("pretokenizers", [split(qwen2, "Removed", True), byte_level])),
    kind("split before", "byteLevel", pre=sequence("pretokenizers", [split("[\\p{P}\\s]", "MergedWithNext"), byte_level])),
    kind("split after", "byteLevel", pre=sequence("pretokenizers", [split("[\\p{P}\\s]", "MergedWithPrevious"), byte_level])),
    kind("punctuation in runs", "byteLevel", pre=sequence("pretokenizers", [{"type": "Punctuation", "behavior": "Contiguous"}, gpt2_level])),
    kind("spaces removed", "byteLevel", pre=sequence("pretokenizers", [{"type": "WhitespaceSplit"}, byte_level])),
    kind("nfkc, lower case", "byteLevel", normalizer=sequence("normalizers", [{"type": "NFKC"}, {"type": "Lowercase"}]), pre=gpt2_level),
    kind("tokens with flags", "byteLevel", normalizer={"type": "NFKC"}, pre=gpt2_level, tokens=added([*chat, "<w>", "<n>", "Even"], "byteLevel", each=odd)),
]
sp_kinds = [
    kind("llama 2", "sentencePiece", normalizer=prepend, decoder=sp_decoder, tokens=sp_added, settings=sp_settings),
    kind("mistral", "sentencePiece", pre=metaspace("first", False), decoder=sp_decoder, tokens=sp_added, settings=sp_settings),
    kind("metaspace, words apart", "sentencePiece", pre=metaspace("always", True), decoder=metaspace("always", True), tokens=sp_added, settings=sp_settings),
    kind("no space before", "sentencePiece", normalizer=replace, decoder=sequence("decoders", [back, {"type": "ByteFallback"}, {"type": "Fuse"}]), tokens=sp_added, settings=sp_settings),
    kind("unknown characters, fused", "sentencePiece", pre=metaspace("never", False), decoder=metaspace("never", True), tokens=sp_added, settings={**sp_settings, "byte_fallback": False}),
    kind("unknown characters, one by one", "sentencePiece", normalizer=sequence("normalizers", [{"type": "NFKC"}, {"type": "Strip", "strip_left": True, "strip_right": True}]), pre=metaspace("always", True), decoder=metaspace("always", True), tokens=sp_added, settings={**sp_settings, "byte_fallback": False, "fuse_unk": False}),
]


def whole(entry):
    model = learnt[entry["model"]]
    merges = model["merges"]
    vocab = dict(model["vocab"])
    if entry.get("without"):
        # Other names in their place, so that ids stay as they are.
        gone = {token for token in vocab if any(character in token for character in entry["without"])}
        vocab = {(f"<gone {index}>" if token in gone else token): index for token, index in vocab.items()}
        merges = [pair for pair in merges if not (set(pair) & gone) and "".join(pair) not in gone]
    if entry.get("mergesAsTexts"):
        merges = [" ".join(pair) for pair in merges]
    return {**entry["file"], "model": {"type": "BPE", **entry["settings"], "vocab": vocab, "merges": merges}}


def results(entry):
    tokenizer = Tokenizer.from_str(json.dumps(whole(entry)))
    ids = [tokenizer.encode(text, add_special_tokens=False).ids for text in texts]
    decoded = [tokenizer.decode(row, skip_special_tokens=False) for row in ids]
    size = tokenizer.get_vocab_size()
    fragments = [[(start * 37 + i * step) % size for i in range(12)] for start, step in enumerate(range(1, 9))]
    return {
        "ids": ids,
        # null where it is the text itself
        "decoded": [None if after == before else after for before, after in zip(texts, decoded)],
        "fragments": [
            {"ids": row, "decoded": tokenizer.decode(row, skip_special_tokens=False)} for row in fragments
        ],
    }


def pieces(regexes):
    cut = pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(regex), "isolated") for regex in regexes])
    return [[len(piece) for piece, _ in cut.pre_tokenize_str(text)] for text in texts]


splits = json.loads((here / "gguf-splits.json").read_text("utf-8"))
def listed(kinds):
    """The kinds with their results; ids that are those of the first kind of the same model are null."""
    first = {}
    for entry in kinds:
        found = results(entry)
        other = first.setdefault(entry["model"], found["ids"])
        if other is not found["ids"]:
            found["ids"] = [None if row == same else row for row, same in zip(found["ids"], other)]
        yield {**entry, **found}


golden = {
    "versions": {"tokenizers": version("tokenizers")},
    "texts": texts,
    "models": learnt,
    "kinds": list(listed(byte_kinds + sp_kinds)),
    "splits": [{"names": entry["names"], "lengths": pieces(entry["splits"])} for entry in splits],
}
(here / "families.json").write_text(json.dumps(golden, separators=(",", ":")) + "\n", "utf-8")
