//! What the vocabulary-sized tensors of each model family are called.
//!
//! A family is found by `model_type`, else by the first of `architectures` (`GPTNeoXForCausalLM` is `gpt_neox`). Of the
//! names in a row all that a checkpoint holds are taken; those of one role are copies of one tensor. A `*` stands for
//! a number. Bare models are saved without the prefix of the model with a head, so both forms stand here. The last
//! column is whether the family ties its head to its input where the configuration does not say: transformers leaves
//! the key out when it has the default of the family.

use serde_json::{Map, Value};

/// Names of the vocabulary's tensors in one family.
#[derive(Debug)]
pub(super) struct Family {
    /// Values of `model_type`.
    pub types: &'static [&'static str],
    pub input: &'static [&'static str],
    pub head: &'static [&'static str],
    pub bias: &'static [&'static str],
    pub tied: bool,
}

const TOKENS: &[&str] = &["model.embed_tokens.weight", "embed_tokens.weight"];
const LM_HEAD: &[&str] = &["lm_head.weight"];
/// The language model inside one that also sees or hears: first the older, then the newer layout.
const TOWER: &[&str] = &["language_model.model.embed_tokens.weight", "model.language_model.embed_tokens.weight"];
const TOWER_HEAD: &[&str] = &["language_model.lm_head.weight", "lm_head.weight"];
const WTE: &[&str] = &["transformer.wte.weight", "wte.weight"];

const fn family(
    types: &'static [&'static str],
    input: &'static [&'static str],
    head: &'static [&'static str],
    bias: &'static [&'static str],
    tied: bool,
) -> Family {
    Family { types, input, head, bias, tied }
}

/// One row a family.
#[rustfmt::skip]
pub(super) const FAMILIES: &[Family] = &[
    family(&["llama", "mistral", "mixtral", "olmo", "olmo2", "olmo3", "granite", "granitemoe", "arcee", "qwen2",
        "qwen2_moe", "qwen3", "qwen3_moe", "phi3", "stablelm", "internlm", "baichuan", "glm", "glm4", "minicpm",
        "exaone4", "nemotron", "deepseek", "deepseek_v2", "deepseek_v3"], TOKENS, LM_HEAD, &["lm_head.bias"], false),
    family(&["gemma", "gemma2", "gemma3_text", "cohere", "cohere2", "lfm2", "starcoder2", "phi3small", "smollm3"],
        TOKENS, LM_HEAD, &[], true),
    family(&["gemma3"], TOWER, TOWER_HEAD, &[], true),
    family(&["qwen2_vl", "qwen2_5_vl"],
        &["model.embed_tokens.weight", "model.language_model.embed_tokens.weight"], LM_HEAD, &[], false),
    family(&["qwen3_vl", "qwen3_vl_moe", "llama4", "mistral3", "llava", "llava_next"], TOWER, TOWER_HEAD, &[], false),
    family(&["mixformer-sequential"], &["layers.0.wte.weight"], &["layers.*.linear.weight"], &["layers.*.linear.bias"],
        false),
    family(&["phi", "phi-msft"],
        &["model.embed_tokens.weight", "embed_tokens.weight", "transformer.embd.wte.weight"],
        &["lm_head.weight", "lm_head.linear.weight"], &["lm_head.bias", "lm_head.linear.bias"], false),
    family(&["gpt2", "gpt_bigcode"], WTE, LM_HEAD, &[], true),
    family(&["exaone", "qwen"], WTE, LM_HEAD, &[], false),
    family(&["gptj"], WTE, LM_HEAD, &["lm_head.bias"], false),
    family(&["gpt_neo"], WTE, LM_HEAD, &[], true),
    family(&["gpt_neox"], &["gpt_neox.embed_in.weight", "embed_in.weight"], &["embed_out.weight"], &[], false),
    family(&["falcon", "RefinedWeb", "RefinedWebModel", "bloom"],
        &["transformer.word_embeddings.weight", "word_embeddings.weight"], LM_HEAD, &[], true),
    family(&["opt"], &["model.decoder.embed_tokens.weight", "decoder.embed_tokens.weight"], LM_HEAD, &[], true),
    family(&["internlm2"], &["model.tok_embeddings.weight", "tok_embeddings.weight"], &["output.weight"], &[], false),
    family(&["chatglm"], &["transformer.embedding.word_embeddings.weight"], &["transformer.output_layer.weight"], &[],
        false),
    family(&["mamba", "mamba2", "falcon_mamba"], &["backbone.embeddings.weight", "backbone.embedding.weight"], LM_HEAD,
        &[], true),
    family(&["bert"], &["bert.embeddings.word_embeddings.weight", "embeddings.word_embeddings.weight"],
        &["cls.predictions.decoder.weight"], &["cls.predictions.bias", "cls.predictions.decoder.bias"], true),
    family(&["albert"], &["albert.embeddings.word_embeddings.weight", "embeddings.word_embeddings.weight"],
        &["predictions.decoder.weight"], &["predictions.bias", "predictions.decoder.bias"], true),
    family(&["distilbert"], &["distilbert.embeddings.word_embeddings.weight", "embeddings.word_embeddings.weight"],
        &["vocab_projector.weight"], &["vocab_projector.bias"], true),
    family(&["roberta", "xlm-roberta", "camembert"],
        &["roberta.embeddings.word_embeddings.weight", "embeddings.word_embeddings.weight"],
        &["lm_head.decoder.weight"], &["lm_head.bias", "lm_head.decoder.bias"], true),
    family(&["modernbert"], &["model.embeddings.tok_embeddings.weight", "embeddings.tok_embeddings.weight"],
        &["decoder.weight"], &["decoder.bias"], true),
    family(&["t5", "mt5", "umt5", "longt5"],
        &["shared.weight", "encoder.embed_tokens.weight", "decoder.embed_tokens.weight"], LM_HEAD, &[], true),
    family(&["whisper"], &["model.decoder.embed_tokens.weight", "decoder.embed_tokens.weight"], &["proj_out.weight"],
        &[], true),
];

/// The family of a configuration.
pub(super) fn family_of(config: &Map<String, Value>) -> Option<&'static Family> {
    let by_type = |wanted: &str| {
        let wanted = plain(wanted);
        FAMILIES.iter().find(|family| family.types.iter().any(|known| plain(known) == wanted))
    };
    let model_type = config.get("model_type").and_then(Value::as_str);
    let architecture = config.get("architectures").and_then(|all| all.get(0)).and_then(Value::as_str);
    model_type.and_then(by_type).or_else(|| {
        let name = architecture?;
        let end = ["For", "LMHead", "Model"].iter().filter_map(|mark| name.find(mark)).min().unwrap_or(name.len());
        by_type(&name[..end])
    })
}

fn plain(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// Whether `name` is `pattern`, in which a `*` stands for digits.
pub(super) fn is_called(name: &str, pattern: &str) -> bool {
    match pattern.split_once('*') {
        None => name == pattern,
        Some((before, after)) => name
            .strip_prefix(before)
            .and_then(|rest| rest.strip_suffix(after))
            .is_some_and(|number| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit())),
    }
}
