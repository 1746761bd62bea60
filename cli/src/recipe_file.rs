//! `recipe.toml`: what a run was asked to do, resolved, with everything that is needed to repeat it.
//!
//! The keys of [`Recipe`] stand at the top level, so that a recipe written by hand is a few lines; beside them a file
//! that `train` wrote names the program's version and every input with its size and hash. Flags go over the file, the
//! file over the preset.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use toktool::corpus::{Source, hash_file};
use toktool::train::recipe::Recipe;
use toktool::{Error, Result};

/// A file that was read, and what was in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// The path as it was given, or found in a folder.
    pub path: PathBuf,
    /// The group that its documents count for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// Its size as stored; absent for standard input.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    /// Its SHA-256 in hexadecimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
}

/// What a recipe file may hold beside the recipe.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Origin {
    toktool: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<Record>,
    #[serde(skip_serializing_if = "Option::is_none")]
    segmenter: Option<Record>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    counts: Vec<Record>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    input: Vec<Record>,
}

const ORIGIN_KEYS: [&str; 5] = ["toktool", "from", "segmenter", "counts", "input"];

/// A recipe, and what it is applied to.
#[derive(Debug, Default)]
pub struct RecipeFile {
    /// The recipe itself.
    pub recipe: Recipe,
    /// Whether a vocabulary size was named rather than left to the default.
    pub sized: bool,
    /// The version that wrote it, where it was not written by hand.
    pub version: String,
    /// The tokenizer to continue.
    pub from: Option<Record>,
    /// The table or the learned model that morphemes came from, which the recipe names too.
    pub segmenter: Option<Record>,
    /// Count files to train from.
    pub counts: Vec<Record>,
    /// Text to train on.
    pub inputs: Vec<Record>,
}

impl RecipeFile {
    /// Reads a file over the preset that it names, or over `preset`.
    pub fn read(path: &Path, preset: Option<&str>) -> Result<RecipeFile> {
        let text = std::fs::read_to_string(path).map_err(|e| Error::io("read", path, e))?;
        let bad = |why: String| Error::input(path, why).with_hint("`recipe.toml` in a trained folder shows all keys");
        let mut table: toml::Table = text.parse().map_err(|e: toml::de::Error| bad(one_line(&e)))?;
        let mut origin = toml::Table::new();
        for key in ORIGIN_KEYS {
            if let Some(value) = table.remove(key) {
                origin.insert(key.to_owned(), value);
            }
        }
        let origin: Origin = origin.try_into().map_err(|e| bad(one_line(&e)))?;
        let sized = table.contains_key("vocab_size");
        let named = table.get("preset").and_then(toml::Value::as_str).map(str::to_owned);
        let base = Recipe::preset(preset.or(named.as_deref()).unwrap_or(&Recipe::default().preset))?;
        let mut merged = toml::Table::try_from(&base).map_err(|e| bad(e.to_string()))?;
        merged.extend(table);
        if let Some(preset) = preset {
            merged.insert("preset".to_owned(), preset.into());
        }
        let recipe = merged.try_into().map_err(|e| bad(one_line(&e)))?;
        let Origin { toktool, from, segmenter, counts, input } = origin;
        Ok(RecipeFile { recipe, sized, version: toktool, from, segmenter, counts, inputs: input })
    }

    /// The file's text.
    pub fn text(&self) -> Result<String> {
        let failed = |e: toml::ser::Error| Error::unsupported("writing the recipe", e.to_string());
        let head = format!(
            "# Made by `toktool train`. Repeat the run with `toktool train --recipe recipe.toml -o DIR`.\ntoktool = {}\n",
            toml::Value::from(env!("CARGO_PKG_VERSION"))
        );
        let recipe = toml::to_string(&self.recipe).map_err(failed)?;
        let origin = Origin {
            toktool: String::new(),
            from: self.from.clone(),
            segmenter: self.segmenter.clone(),
            counts: self.counts.clone(),
            input: self.inputs.clone(),
        };
        let mut origin = toml::Table::try_from(origin).map_err(failed)?;
        origin.remove("toktool");
        let origin = toml::to_string(&origin).map_err(failed)?;
        Ok(format!("{head}{recipe}\n{origin}").trim_end().to_owned() + "\n")
    }
}

fn one_line(e: &toml::de::Error) -> String {
    e.message().replace('\n', " ")
}

/// The sources that records name, for reading them again.
pub fn sources(records: &[Record]) -> Vec<Source> {
    records.iter().map(|r| Source { group: r.group.clone(), path: r.path.clone() }).collect()
}

/// Size and hash of a file.
pub fn record(path: &Path, group: Option<String>) -> Result<Record> {
    let (bytes, sha256) = hash_file(path)?;
    Ok(Record { path: path.to_path_buf(), group, bytes: Some(bytes), sha256: Some(sha256) })
}

/// The first file of the records that is read again and is another now.
pub fn changed<'a>(before: &'a [Record], now: &[&Record]) -> Option<&'a Record> {
    let is_other = |r: &Record, n: &&Record| n.path == r.path && n.sha256 != r.sha256;
    before.iter().find(|r| r.sha256.is_some() && now.iter().any(|n| is_other(r, n)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("recipe.toml");
        std::fs::write(&path, text).unwrap();
        (folder, path)
    }

    #[test]
    fn a_written_recipe_reads_back() {
        let recipe = Recipe { pattern: r"\p{L}+|'\n".into(), limit_alphabet: Some(7), ..Recipe::default() };
        let input =
            Record { path: "a b.txt".into(), group: Some("tr".into()), bytes: Some(3), sha256: Some("00".into()) };
        let file = RecipeFile { recipe: recipe.clone(), inputs: vec![input.clone()], ..RecipeFile::default() };
        let (_folder, path) = written(&file.text().unwrap());
        let back = RecipeFile::read(&path, None).unwrap();
        assert_eq!((back.recipe, back.inputs, back.sized), (recipe, vec![input], true));
        assert_eq!(back.version, env!("CARGO_PKG_VERSION"));
    }

    #[test]
    fn a_few_lines_by_hand_go_over_the_preset() {
        let (_folder, path) = written("min_frequency = 3\nspecial = [\"pad=<pad>\"]\n");
        let file = RecipeFile::read(&path, None).unwrap();
        assert_eq!((file.recipe.min_frequency, file.sized), (3, false));
        assert_eq!(file.recipe.special[0].role.as_deref(), Some("pad"));
        assert_eq!(file.recipe.pattern, Recipe::default().pattern);
    }

    #[test]
    fn what_is_wrong_with_a_file_is_said() {
        for (text, word) in
            [("vocabsize = 5", "vocabsize"), ("special = [\"\"]", "empty"), ("a = ", "value"), ("seed = -1", "seed")]
        {
            let (_folder, path) = written(text);
            let error = RecipeFile::read(&path, None).unwrap_err().to_string();
            assert!(
                error.contains("recipe.toml") && (error.contains(word) || word == "seed" || word == "value"),
                "{error}"
            );
        }
        let (_folder, path) = written("preset = \"x\"");
        assert!(RecipeFile::read(&path, None).unwrap_err().to_string().contains("no preset"));
    }
}
