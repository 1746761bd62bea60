use serde_json::json;

use super::super::tests::checkpoint;
use super::*;

const V: usize = 11;
const D: usize = 6;

/// A checkpoint of that family with matrices and biases of these names, and a body.
fn open(config: Value, matrices: &[&str], biases: &[&str]) -> (tempfile::TempDir, Checkpoint) {
    let (matrix, vector, square) = ([V, D], [V], [D, D]);
    let mut tensors: Vec<(&str, &str, &[usize])> = vec![("model.layers.0.mlp.weight", "F32", &square)];
    tensors.extend(matrices.iter().map(|name| (*name, "BF16", &matrix[..])));
    tensors.extend(biases.iter().map(|name| (*name, "F32", &vector[..])));
    let (folder, opened) = checkpoint(&config, &tensors);
    (folder, opened.unwrap())
}

fn config(model_type: &str) -> Value {
    json!({"model_type": model_type, "vocab_size": V, "hidden_size": D})
}

#[test]
fn every_family_is_found_by_name() {
    // model_type, input names, head names, bias names, tied where the configuration is silent
    type Row = (&'static str, &'static [&'static str], &'static [&'static str], &'static [&'static str], bool);
    const TOKENS: &[&str] = &["model.embed_tokens.weight"];
    const HEAD: &[&str] = &["lm_head.weight"];
    let rows: &[Row] = &[
        ("llama", TOKENS, HEAD, &[], false),
        ("mistral", TOKENS, HEAD, &[], false),
        ("mixtral", TOKENS, HEAD, &[], false),
        ("olmo2", TOKENS, HEAD, &[], false),
        ("granite", TOKENS, HEAD, &[], false),
        ("arcee", TOKENS, HEAD, &[], false),
        ("starcoder2", TOKENS, &[], &[], true),
        ("qwen2", TOKENS, HEAD, &[], false),
        ("qwen3", TOKENS, HEAD, &[], false),
        ("qwen3_moe", TOKENS, HEAD, &[], false),
        ("gemma", TOKENS, &[], &[], true),
        ("gemma2", TOKENS, &[], &[], true),
        ("gemma3_text", TOKENS, &[], &[], true),
        ("gemma3", &["language_model.model.embed_tokens.weight"], &[], &[], true),
        ("gemma3", &["model.language_model.embed_tokens.weight"], &[], &[], true),
        ("qwen2_vl", TOKENS, HEAD, &[], false),
        ("qwen2_5_vl", TOKENS, HEAD, &[], false),
        ("qwen3_vl", &["model.language_model.embed_tokens.weight"], HEAD, &[], false),
        ("llama4", &["language_model.model.embed_tokens.weight"], &["language_model.lm_head.weight"], &[], false),
        ("mistral3", &["language_model.model.embed_tokens.weight"], &["language_model.lm_head.weight"], &[], false),
        (
            "mixformer-sequential",
            &["layers.0.wte.weight"],
            &["layers.25.linear.weight"],
            &["layers.25.linear.bias"],
            false,
        ),
        ("phi", TOKENS, HEAD, &["lm_head.bias"], false),
        ("phi", &["transformer.embd.wte.weight"], &["lm_head.linear.weight"], &["lm_head.linear.bias"], false),
        ("phi3", TOKENS, HEAD, &[], false),
        ("phi3small", TOKENS, &[], &[], true),
        ("gpt2", &["transformer.wte.weight"], HEAD, &[], true),
        ("gpt2", &["wte.weight"], &[], &[], true),
        ("gpt_bigcode", &["transformer.wte.weight"], HEAD, &[], true),
        ("exaone", &["transformer.wte.weight"], HEAD, &[], false),
        ("qwen", &["transformer.wte.weight"], HEAD, &[], false),
        ("gpt_neox", &["gpt_neox.embed_in.weight"], &["embed_out.weight"], &[], false),
        ("falcon", &["transformer.word_embeddings.weight"], HEAD, &[], true),
        ("bloom", &["transformer.word_embeddings.weight"], &[], &[], true),
        ("bloom", &["word_embeddings.weight"], HEAD, &[], true),
        ("opt", &["model.decoder.embed_tokens.weight"], HEAD, &[], true),
        ("opt", &["decoder.embed_tokens.weight"], &[], &[], true),
        ("internlm2", &["model.tok_embeddings.weight"], &["output.weight"], &[], false),
        (
            "chatglm",
            &["transformer.embedding.word_embeddings.weight"],
            &["transformer.output_layer.weight"],
            &[],
            false,
        ),
        ("mamba", &["backbone.embeddings.weight"], &[], &[], true),
        ("cohere", TOKENS, &[], &[], true),
        ("lfm2", TOKENS, &[], &[], true),
        (
            "bert",
            &["bert.embeddings.word_embeddings.weight"],
            &["cls.predictions.decoder.weight"],
            &["cls.predictions.bias", "cls.predictions.decoder.bias"],
            true,
        ),
        ("bert", &["embeddings.word_embeddings.weight"], &[], &[], true),
        (
            "distilbert",
            &["distilbert.embeddings.word_embeddings.weight"],
            &["vocab_projector.weight"],
            &["vocab_projector.bias"],
            true,
        ),
        (
            "roberta",
            &["roberta.embeddings.word_embeddings.weight"],
            &["lm_head.decoder.weight"],
            &["lm_head.bias", "lm_head.decoder.bias"],
            true,
        ),
        ("xlm-roberta", &["roberta.embeddings.word_embeddings.weight"], &[], &["lm_head.bias"], true),
        ("modernbert", &["model.embeddings.tok_embeddings.weight"], &["decoder.weight"], &["decoder.bias"], true),
        ("t5", &["shared.weight", "encoder.embed_tokens.weight", "decoder.embed_tokens.weight"], &[], &[], true),
        ("mt5", &["shared.weight"], HEAD, &[], true),
        ("whisper", &["model.decoder.embed_tokens.weight"], &["proj_out.weight"], &[], true),
    ];
    for (model_type, input, head, bias, tied) in rows {
        let (_folder, opened) = open(config(model_type), &[*input, *head].concat(), bias);
        let found = opened.vocabulary().unwrap();
        assert_eq!(
            (found.input, found.head, found.bias),
            (
                input.iter().map(ToString::to_string).collect(),
                head.iter().map(ToString::to_string).collect(),
                bias.iter().map(ToString::to_string).collect(),
            ),
            "{model_type}"
        );
        assert_eq!((found.rows, found.width, found.tied, found.known_family), (V, D, *tied, true), "{model_type}");
    }
    let tested = |name: &str| rows.iter().any(|row| row.0 == name);
    for family in families::FAMILIES {
        assert!(
            family.types.iter().any(|name| tested(name) || ["gptj", "gpt_neo", "albert"].contains(name)),
            "{family:?}"
        );
    }
}

#[test]
fn the_architecture_stands_in_for_a_missing_type() {
    for (name, input) in [
        ("GPTNeoXForCausalLM", "gpt_neox.embed_in.weight"),
        ("GPT2LMHeadModel", "wte.weight"),
        ("XLMRobertaForMaskedLM", "roberta.embeddings.word_embeddings.weight"),
        ("ChatGLMModel", "transformer.embedding.word_embeddings.weight"),
        ("T5ForConditionalGeneration", "shared.weight"),
    ] {
        let config = json!({"architectures": [name], "vocab_size": V, "tie_word_embeddings": true});
        assert!(open(config, &[input], &[]).1.vocabulary().unwrap().known_family, "{name}");
    }
}

#[test]
fn the_configuration_says_what_is_tied() {
    let with = |tied: bool, head: &[&str]| {
        let config = json!({"model_type": "llama", "vocab_size": V, "tie_word_embeddings": tied,
            "architectures": ["LlamaForCausalLM"]});
        open(config, &[&["model.embed_tokens.weight"], head].concat(), &[]).1.vocabulary()
    };
    assert!(with(true, &[]).unwrap().tied);
    let both = with(true, &["lm_head.weight"]).unwrap();
    assert!(both.tied && both.head == ["lm_head.weight"]);
    assert!(!with(false, &["lm_head.weight"]).unwrap().tied);
    let error = with(false, &[]).unwrap_err();
    assert!(error.to_string().contains("`lm_head.weight`") && error.hint().unwrap().contains("--head-tensor"));
    let text = json!({"model_type": "gemma3", "text_config": {"vocab_size": V, "tie_word_embeddings": false}});
    let names = ["language_model.model.embed_tokens.weight", "language_model.lm_head.weight"];
    let found = open(text, &names, &[]).1.vocabulary().unwrap();
    assert_eq!((found.tied, found.vocab_size), (false, Some(V)));
}

#[test]
fn rows_may_be_more_than_the_vocabulary() {
    let config = json!({"model_type": "qwen2", "vocab_size": V - 2});
    let found = open(config, &["model.embed_tokens.weight", "lm_head.weight"], &[]).1.vocabulary().unwrap();
    assert_eq!((found.rows, found.vocab_size), (V, Some(V - 2)));
}

#[test]
fn an_unknown_family_is_found_by_shape() {
    let unknown = || config("brand_new");
    let found =
        open(unknown(), &["net.tok_embeddings.weight", "net.output.weight"], &["net.output.bias"]).1.vocabulary();
    let found = found.unwrap();
    assert_eq!(
        found.names().collect::<Vec<_>>(),
        ["net.tok_embeddings.weight", "net.output.weight", "net.output.bias"]
    );
    assert!(found.tied && !found.known_family);
    let error =
        |matrices: &[&str], biases: &[&str]| open(unknown(), matrices, biases).1.vocabulary().unwrap_err().to_string();
    assert!(error(&["a.embed.weight", "b.embed.weight"], &[]).contains("`a.embed.weight`, `b.embed.weight`"));
    assert!(error(&["mystery.weight"], &[]).contains("no matrix of 11 rows"));
    assert!(error(&["embed.weight", "mystery.weight"], &[]).contains("not known: `mystery.weight`"));
    assert!(error(&["embed.weight"], &["mystery.bias"]).contains("`mystery.bias`"));
    let no_size = open(json!({}), &["embed.weight"], &[]).1.vocabulary().unwrap_err();
    assert!(no_size.to_string().contains("vocab_size"));
}

#[test]
fn names_of_the_user_go_first() {
    let (_folder, opened) = open(config("brand_new"), &["a.embed.weight", "b.embed.weight"], &["c"]);
    let named = |input: &str, head: &str, bias: &str| {
        let some = |name: &str| Some(name.to_owned());
        opened.vocabulary_named(&VocabularyNames { input: some(input), head: some(head), bias: some(bias) })
    };
    let found = named("a.embed.weight", "b.embed.weight", "c").unwrap();
    assert_eq!(found.names().collect::<Vec<_>>(), ["a.embed.weight", "b.embed.weight", "c"]);
    assert!(named("x", "b.embed.weight", "c").unwrap_err().to_string().contains("--input-tensor"));
    assert!(named("c", "b.embed.weight", "c").unwrap_err().to_string().contains("a matrix is expected"));
}

#[test]
fn what_is_left_over_is_refused_unless_its_size_is_another_one_too() {
    let left = |config: Value| {
        let shapes: [(&str, &str, &[usize]); 5] = [
            ("model.embed_tokens.weight", "F32", &[V, D]),
            ("lm_head.weight", "F32", &[V, D]),
            ("model.layers.0.mlp.output.weight", "F32", &[V, D]),
            ("model.embed_positions.weight", "F32", &[V, D]),
            ("model.norm.weight", "F32", &[V]),
        ];
        let (_folder, opened) = checkpoint(&config, &shapes);
        opened.unwrap().vocabulary().map(drop).map_err(|e| e.to_string())
    };
    let alone = left(config("llama")).unwrap_err();
    assert!(alone.contains("`model.layers.0.mlp.output.weight`, `model.norm.weight`"), "{alone}");
    left(json!({"model_type": "llama", "vocab_size": V, "intermediate_size": V})).unwrap();
    let shapes: [(&str, &str, &[usize]); 3] = [
        ("model.embed_tokens.weight", "F32", &[V, D]),
        ("model.embed_tokens_per_layer.weight", "F32", &[V, D]),
        ("final_logits_bias", "F32", &[1, V]),
    ];
    let config = json!({"model_type": "gemma", "vocab_size": V, "intermediate_size": V});
    let error = checkpoint(&config, &shapes).1.unwrap().vocabulary().unwrap_err().to_string();
    assert!(error.contains("`final_logits_bias`, `model.embed_tokens_per_layer.weight`"), "{error}");
}

#[test]
fn shapes_that_contradict_each_other_are_refused() {
    let error = |config: &Value, tensors: &[(&str, &str, &[usize])]| {
        checkpoint(config, tensors).1.unwrap().vocabulary().unwrap_err().to_string()
    };
    let input: (&str, &str, &[usize]) = ("model.embed_tokens.weight", "F32", &[V, D]);
    let tied = json!({"model_type": "gemma", "vocab_size": V});
    assert!(error(&tied, &[input, ("lm_head.weight", "F32", &[V + 1, D])]).contains("tied to the input of 11 x 6"));
    let phi = json!({"model_type": "phi", "vocab_size": V});
    assert!(
        error(&phi, &[input, ("lm_head.weight", "F32", &[V, D]), ("lm_head.bias", "F32", &[V + 1])]).contains("[12]")
    );
    let t5 = json!({"model_type": "t5", "vocab_size": V});
    let copies: [(&str, &str, &[usize]); 2] =
        [("shared.weight", "F32", &[V, D]), ("encoder.embed_tokens.weight", "F32", &[V, D + 1])];
    assert!(error(&t5, &copies).contains("another shape"));
}
