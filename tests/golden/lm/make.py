"""Makes the small random models of this folder and what the transformers library computes with them.

    pip install torch transformers safetensors
    python make.py

NAME.json is the configuration as transformers writes it, NAME.safetensors holds the weights (f16, which is what they
were rounded to before anything was computed in f32) and the expected numbers:

    ids               [3, 12]      rows padded on the right with the padding token, or 0
    lengths           [3]
    states            [3, 3, 12, 32]   what goes into each layer, and the last state after the last norm
    logits            [3, 12, 40]  of causal models
    left              [3, 12, 40]  the same with padding on the left
"""

import json
import pathlib
import tempfile

import torch
import transformers as t
from safetensors.torch import load_file, save_file

HERE = pathlib.Path(__file__).parent
LENGTHS = [12, 7, 3]
LLAMA = dict(
    vocab_size=40, hidden_size=32, intermediate_size=48, num_hidden_layers=2, num_attention_heads=4,
    num_key_value_heads=2, max_position_embeddings=64, bos_token_id=1, eos_token_id=2, pad_token_id=0,
)  # fmt: skip
BERT = dict(
    vocab_size=40, hidden_size=32, intermediate_size=48, num_hidden_layers=2, num_attention_heads=4,
    max_position_embeddings=64,
)  # fmt: skip
LLAMA3 = dict(
    rope_type="llama3", rope_theta=10000.0, factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0,
    original_max_position_embeddings=16,
)  # fmt: skip
CASES = {
    "llama": t.LlamaForCausalLM(t.LlamaConfig(**LLAMA, tie_word_embeddings=False)),
    "llama-3": t.LlamaForCausalLM(t.LlamaConfig(**LLAMA, rope_parameters=LLAMA3, tie_word_embeddings=True)),
    "llama-linear": t.LlamaForCausalLM(
        t.LlamaConfig(
            **LLAMA,
            rope_parameters=dict(rope_type="linear", rope_theta=500.0, factor=4.0),
            attention_bias=True,
            mlp_bias=True,
            head_dim=6,
        )
    ),
    "mistral": t.MistralForCausalLM(t.MistralConfig(**LLAMA, sliding_window=4)),
    "qwen2": t.Qwen2ForCausalLM(t.Qwen2Config(**LLAMA, tie_word_embeddings=True)),
    "qwen3": t.Qwen3ForCausalLM(t.Qwen3Config(**LLAMA, head_dim=12)),
    "gemma3": t.Gemma3ForCausalLM(
        t.Gemma3TextConfig(
            **LLAMA,
            head_dim=12,
            query_pre_attn_scalar=20,
            sliding_window=4,
            layer_types=["sliding_attention", "full_attention"],
            rope_parameters=dict(
                full_attention=dict(rope_type="linear", rope_theta=1e5, factor=8.0),
                sliding_attention=dict(rope_type="default", rope_theta=100.0),
            ),
        )
    ),
    "gpt2": t.GPT2LMHeadModel(
        t.GPT2Config(vocab_size=40, n_embd=32, n_layer=2, n_head=4, n_positions=64, bos_token_id=1, eos_token_id=1)
    ),
    "bert": t.BertModel(t.BertConfig(**BERT)),
    "roberta": t.RobertaForMaskedLM(t.RobertaConfig(**BERT, type_vocab_size=1, layer_norm_eps=1e-5)),
    "xlm-roberta": t.XLMRobertaModel(t.XLMRobertaConfig(**BERT, type_vocab_size=1, layer_norm_eps=1e-5)),
}


def randomize(model, seed):
    """Weights large enough that everything matters, and exact in f16."""
    torch.manual_seed(seed)
    with torch.no_grad():
        for name, p in model.named_parameters():
            noise = torch.randn_like(p) * (0.5 if p.dim() == 1 else 0.25)
            p.copy_((noise + (1.0 if p.dim() == 1 and p.mean() > 0.5 else 0.0)).half().float())


def make(number, name, model):
    model.eval()
    model.config._attn_implementation = "eager"
    randomize(model, number)
    pad = model.config.pad_token_id or 0
    torch.manual_seed(100 + number)
    ids = torch.randint(3, 40, (3, 12))
    right = torch.arange(12)[None] < torch.tensor(LENGTHS)[:, None]
    ids[~right] = pad
    with torch.no_grad():
        out = model(input_ids=ids, attention_mask=right.long(), output_hidden_states=True)
        expected = {"ids": ids, "lengths": torch.tensor(LENGTHS), "states": torch.stack(out.hidden_states)}
        if "CausalLM" in type(model).__name__ or "LMHead" in type(model).__name__:
            expected["logits"] = out.logits
            left = right.flip(1)
            moved = torch.full_like(ids, pad)
            for row, n in enumerate(LENGTHS):
                moved[row, 12 - n :] = ids[row, :n]
            places = (left.long().cumsum(1) - 1).clamp(min=0)
            expected["left"] = model(input_ids=moved, attention_mask=left.long(), position_ids=places).logits
    with tempfile.TemporaryDirectory() as folder:
        model.save_pretrained(folder)
        weights = load_file(pathlib.Path(folder) / "model.safetensors")
        config = json.loads((pathlib.Path(folder) / "config.json").read_text())
    weights = {k: v.half() for k, v in weights.items() if "pooler" not in k}
    (HERE / f"{name}.json").write_text(json.dumps(config, indent=2) + "\n")
    save_file({**weights, **{f"expected.{k}": v.contiguous() for k, v in expected.items()}}, HERE / f"{name}.safetensors")
    print(name, sorted(weights)[:3], config.get("architectures"))


for number, (name, model) in enumerate(CASES.items()):
    make(number, name, model)
