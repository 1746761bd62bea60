use super::*;

fn refused(change: impl FnOnce(&mut Recipe)) -> String {
    let mut recipe = Recipe::default();
    change(&mut recipe);
    recipe.check().unwrap_err().to_string()
}

#[test]
fn presets_are_recipes_that_check_and_know_their_name() {
    for preset in PRESETS {
        let recipe = Recipe { lang: Some("tr".to_owned()), ..Recipe::preset(preset.name).unwrap() };
        assert!(recipe.check().is_ok(), "{}", preset.name);
        assert_eq!(recipe.preset, preset.name);
    }
    assert!(Recipe::preset("bpee").unwrap_err().hint().unwrap().contains("bpe"));
}

#[test]
fn each_senseless_option_is_named() {
    assert!(refused(|r| r.vocab_size = vec![]).starts_with("`--vocab-size`"));
    assert!(refused(|r| r.vocab_size = vec![8000, 0]).starts_with("`--vocab-size`"));
    assert!(refused(|r| r.vocab_size = vec![usize::MAX]).starts_with("`--vocab-size`"));
    assert!(refused(|r| r.limit_alphabet = Some(5)).starts_with("`--limit-alphabet`"));
    assert!(refused(|r| r.initial_alphabet = "a".into()).starts_with("`--initial-alphabet`"));
    assert!(refused(|r| r.pattern = "metaspace".into()).starts_with("`--pattern`"));
    assert!(refused(|r| r.pad_vocab_to_multiple = 0).starts_with("`--pad-vocab-to-multiple`"));
    assert!(refused(|r| r.document = "page".into()).starts_with("`--document`"));
    assert!(refused(|r| r.preset = "x".into()).starts_with("`--preset`"));
    let constrained = |r: &mut Recipe| (r.constrain, r.pattern) = (Constraint::Akshara, "gpt2".into());
    assert!(refused(constrained).starts_with("`--constrain`"));
    assert!(refused(|r| r.morph = Morph::Hard).starts_with("`--morph`"));
    assert!(refused(|r| r.lookup = Some("m".into())).starts_with("`--lookup`"));
    assert!(refused(|r| r.model = Some("m".into())).starts_with("`--model`"));
    let unknown = |r: &mut Recipe| (r.morph, r.lang) = (Morph::TrainOnly, Some("xx".into()));
    assert!(refused(unknown).starts_with("`--lang`"));
    let twice = |text: &str| vec![text.parse().unwrap(), text.parse().unwrap()];
    assert!(refused(|r| r.special = twice("<a>")).contains("twice"));
    let rival = vec!["eos=<a>".parse().unwrap(), "eos=<b>".parse().unwrap()];
    assert!(refused(|r| r.special = rival).contains("two tokens have the role `eos`"));
}

#[test]
fn one_token_may_have_two_roles() {
    let special = vec!["bos=<s>".parse().unwrap(), "eos=<s>".parse().unwrap(), "<pad>".parse().unwrap()];
    let recipe = Recipe { special, ..Recipe::default() };
    assert!(recipe.check().is_ok());
    assert_eq!(recipe.special_tokens(), ["<s>", "<pad>"]);
    assert_eq!(recipe.roles().len(), 2);
}

#[test]
fn a_special_token_reads_as_it_is_written() {
    for text in ["<pad>", "eos=</s>", "a=b", "unk=="] {
        let special: Special = text.parse().unwrap();
        assert_eq!(special.to_string(), text);
    }
    assert_eq!("a=b".parse::<Special>().unwrap().role, None);
    assert!("".parse::<Special>().is_err());
    assert!("eos=".parse::<Special>().is_err());
}

#[test]
fn a_recipe_survives_its_file_and_unknown_keys_are_refused() {
    let recipe = Recipe { limit_alphabet: Some(9), lang: Some("tr".into()), ..Recipe::default() };
    let json = serde_json::to_string(&recipe).unwrap();
    assert_eq!(serde_json::from_str::<Recipe>(&json).unwrap(), recipe);
    assert_eq!(serde_json::from_str::<Recipe>("{}").unwrap(), Recipe::default());
    assert!(serde_json::from_str::<Recipe>(r#"{"vocabsize": [5]}"#).is_err());
}
