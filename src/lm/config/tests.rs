//! Configurations in their older and newer spellings, and malformed ones.

use serde_json::json;

use super::*;
use crate::lm::{Rope, Scaling};

fn read(value: Value) -> Result<Config> {
    Config::read(value.as_object().unwrap())
}

fn llama() -> Value {
    json!({"model_type": "llama", "vocab_size": 40, "hidden_size": 32, "intermediate_size": 48,
        "num_hidden_layers": 3, "num_attention_heads": 4, "max_position_embeddings": 64})
}

fn with(mut base: Value, changes: Value) -> Value {
    for (key, value) in changes.as_object().unwrap() {
        base[key] = value.clone();
    }
    base
}

#[test]
fn older_and_newer_keys_of_rotary_positions_mean_the_same() {
    let llama3 = json!({"factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
        "original_max_position_embeddings": 16, "rope_type": "llama3"});
    let old = with(llama(), json!({"rope_theta": 500.0, "rope_scaling": llama3}));
    let new = with(llama(), json!({"rope_parameters": with(llama3, json!({"rope_theta": 500.0}))}));
    let scaling = Scaling::Llama3 { factor: 8.0, low: 1.0, high: 4.0, original: 16.0 };
    assert_eq!(read(old.clone()).unwrap().rope, Some(Rope { theta: 500.0, scaling }));
    assert_eq!(read(old).unwrap(), read(new).unwrap());
    let old = with(llama(), json!({"rope_scaling": {"type": "linear", "factor": 2}}));
    let rope = Rope { theta: 1e4, scaling: Scaling::Linear { factor: 2.0 } };
    assert_eq!(read(old).unwrap().rope, Some(rope.clone()));
    assert_eq!(rope.frequencies(4), [0.5, 0.005]);
    let gemma = |more| with(with(llama(), json!({"model_type": "gemma3_text"})), more);
    let old = gemma(json!({"rope_theta": 1e6, "rope_local_base_freq": 1e4,
        "rope_scaling": {"rope_type": "linear", "factor": 8.0}}));
    let new = gemma(json!({"rope_parameters": {
        "full_attention": {"rope_type": "linear", "factor": 8.0, "rope_theta": 1e6},
        "sliding_attention": {"rope_type": "default", "rope_theta": 1e4}}}));
    assert_eq!(read(old).unwrap(), read(new).unwrap());
}

/// Fast pairs keep their frequency, slow ones lose the factor, those between lose a part.
#[test]
fn the_scaling_of_llama_3_spares_fast_pairs() {
    let scaling = Scaling::Llama3 { factor: 8.0, low: 1.0, high: 4.0, original: 16.0 };
    let plain = Rope { theta: 1e4, scaling: Scaling::None }.frequencies(8);
    let scaled = Rope { theta: 1e4, scaling }.frequencies(8);
    // 16 / 2π = 2.546 turns, half of the way from 1 to 4 and a little more: 0.5155 + 0.4845 / 8.
    assert!((scaled[0] - (0.51549 + 0.48451 / 8.0)).abs() < 1e-4, "{scaled:?}");
    assert!(plain[1..].iter().zip(&scaled[1..]).all(|(p, s)| (p / 8.0 - s).abs() < 1e-12));
}

/// What the 4B file says, which is little.
#[test]
fn a_nested_configuration_of_gemma_takes_the_defaults_of_its_library() {
    let file = json!({"model_type": "gemma3", "eos_token_id": [1, 106], "vision_config": {"hidden_size": 1152},
        "text_config": {"model_type": "gemma3_text", "hidden_size": 2560, "intermediate_size": 10240,
            "num_hidden_layers": 34, "sliding_window": 1024, "rope_scaling": {"factor": 8.0, "rope_type": "linear"}}});
    let c = read(file).unwrap();
    assert_eq!((c.family, c.hidden, c.heads, c.kv_heads, c.head_dim), (Family::Gemma3, 2560, 8, 4, 256));
    assert_eq!((c.vocab_size, c.max_positions, c.tied, c.bos), (262_208, 131_072, true, Some(2)));
    assert_eq!((c.eos, c.scale, c.activation), (vec![1, 106], 1.0 / 16.0, Activation::GeluTanh));
    assert_eq!(c.rope, Some(Rope { theta: 1e6, scaling: Scaling::Linear { factor: 8.0 } }));
    assert_eq!(c.local_rope, Some(Rope { theta: 1e4, scaling: Scaling::None }));
    assert_eq!(c.windows[..7], [[Some(1024); 5].as_slice(), &[None], &[Some(1024)]].concat());
}

#[test]
fn windows_follow_the_rules_of_their_family() {
    let family =
        |name: &str, more: Value| read(with(with(llama(), json!({"model_type": name})), more)).unwrap().windows;
    assert_eq!(family("llama", json!({"sliding_window": 4})), [None; 3]);
    assert_eq!(family("mistral", json!({})), [Some(4096); 3]);
    assert_eq!(family("mistral", json!({"sliding_window": null})), [None; 3]);
    assert_eq!(family("mistral", json!({"sliding_window": 4})), [Some(4); 3]);
    let qwen = json!({"sliding_window": 4, "max_window_layers": 2});
    assert_eq!(family("qwen2", qwen.clone()), [None; 3]);
    assert_eq!(family("qwen2", with(qwen, json!({"use_sliding_window": true}))), [None, None, Some(4)]);
    let kinds = json!({"layer_types": ["full_attention", "sliding_attention", "full_attention"], "sliding_window": 4});
    assert_eq!(family("gemma3_text", kinds), [None, Some(4), None]);
    assert_eq!(
        family("gemma3_text", json!({"sliding_window_pattern": 2, "sliding_window": 4})),
        [Some(4), None, Some(4)]
    );
}

#[test]
fn tokens_may_be_none_one_or_many() {
    let read = |more| read(with(llama(), more)).unwrap();
    assert_eq!((read(json!({})).bos, read(json!({"bos_token_id": null})).bos), (None, None));
    assert_eq!((read(json!({"bos_token_id": 1})).bos, read(json!({"bos_token_id": -1})).bos), (Some(1), None));
    assert_eq!(
        (read(json!({"eos_token_id": [2, 3]})).eos, read(json!({"eos_token_id": 2})).eos),
        (vec![2, 3], vec![2])
    );
}

#[test]
fn what_is_wrong_is_said_by_its_key() {
    let cases = [
        (json!({"num_attention_heads": 0}), "`num_attention_heads`"),
        (json!({"num_attention_heads": 5}), "5 does not divide the 32 of `hidden_size`"),
        (json!({"num_attention_heads": -4}), "`num_attention_heads`"),
        (json!({"num_key_value_heads": 3}), "`num_key_value_heads`: 3 does not divide the 4"),
        (json!({"head_dim": 7}), "`head_dim`"),
        (json!({"hidden_size": null}), "`hidden_size`: the key is missing"),
        (json!({"hidden_size": "32"}), "`hidden_size`"),
        (json!({"hidden_size": 1e30}), "`hidden_size`"),
        (json!({"num_hidden_layers": 1_000_000_000}), "`num_hidden_layers`"),
        (json!({"rms_norm_eps": 0}), "`rms_norm_eps`"),
        (json!({"vocab_size": 1.5}), "`vocab_size`"),
        (json!({"hidden_act": "tanh"}), "the activation `tanh`"),
        (json!({"tie_word_embeddings": 1}), "`tie_word_embeddings`"),
        (json!({"bos_token_id": "<s>"}), "`bos_token_id`"),
        (json!({"rope_scaling": 3}), "`rope_scaling`"),
        (json!({"rope_scaling": {"type": "yarn", "factor": 2}}), "the rotary scaling `yarn`"),
        (json!({"rope_scaling": {"type": "linear"}}), "`rope_scaling.factor`"),
        (json!({"rope_parameters": {"rope_type": "llama3", "low_freq_factor": 4, "high_freq_factor": 1}}), "low_freq"),
        (json!({"rope_theta": "x"}), "`rope_theta`"),
        (json!({"text_config": []}), "`text_config`"),
        (json!({"model_type": "mamba"}), "the model type `mamba`"),
        (json!({"model_type": null}), "`model_type`: the key is missing"),
        (json!({"model_type": "gemma3_text", "final_logit_softcapping": 30.0}), "`final_logit_softcapping`"),
        (json!({"model_type": "gemma3_text", "layer_types": ["full_attention"]}), "`layer_types`"),
        (json!({"model_type": "gpt2"}), "`n_embd`: the key is missing"),
        (json!({"model_type": "bert", "position_embedding_type": "relative_key"}), "`position_embedding_type`"),
        (json!({"model_type": "roberta", "max_position_embeddings": 2}), "`max_position_embeddings`"),
    ];
    for (changes, words) in cases {
        let e = read(with(llama(), changes.clone())).unwrap_err();
        assert!(e.to_string().contains(words), "{changes}: {e}");
    }
    let e = read(with(llama(), json!({"model_type": "mamba"}))).unwrap_err();
    for (name, _) in FAMILIES {
        assert!(e.hint().unwrap().contains(&format!("`{name}`")), "{e}");
    }
}
