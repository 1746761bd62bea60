//! `key.json`: what the sheet does not say. Who has it can turn ratings into figures; raters must not see it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use toktool::{Error, Result};

use super::cuts::{Cuts, shown};
use super::words::BANDS;
use crate::packed;

/// What a key says it is.
pub const SCHEMA: &str = "toktool.human-key/1";

/// The columns of a sheet.
pub const COLUMNS: [&str; 5] = ["item", "word", "segmentation", "rating", "comment"];

/// A tokenizer or baseline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named {
    /// Its name in reports.
    pub name: String,
    /// Whether it is there to catch careless annotators.
    pub baseline: bool,
}

/// A band of frequency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stratum {
    /// Its number, from 1 for the most frequent words.
    pub band: usize,
    /// Its distinct words.
    pub words: u64,
    /// Its running words.
    pub running: u64,
    /// How many of its words are in the sheet.
    pub sampled: u64,
}

/// A line of the sheet: a word and one way of cutting it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// Its name in the sheet.
    pub item: String,
    /// The word.
    pub word: String,
    /// The pieces as they are shown.
    pub segmentation: String,
    /// The boundaries between them, as byte offsets in the word.
    pub cuts: Cuts,
    /// How often the word occurs.
    pub frequency: u64,
    /// Its band, from 1.
    pub band: usize,
    /// Who cuts it this way.
    pub tokenizers: Vec<String>,
}

/// The key of a sheet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Key {
    /// Which form of key this is.
    pub schema: String,
    /// The version that wrote it.
    pub toktool: String,
    /// The name of the corpus.
    pub corpus: String,
    /// Its language, if it is known.
    pub language: Option<String>,
    /// Of every random choice.
    pub seed: u64,
    /// How often the random baseline cuts between two characters.
    pub random_rate: Option<f64>,
    /// SHA-256 of `sheet.csv` as it was written.
    pub sheet_sha256: String,
    /// Who is judged.
    pub tokenizers: Vec<Named>,
    /// What the words were drawn from.
    pub bands: Vec<Stratum>,
    /// The lines, in the order of the sheet: those of a word stand together.
    pub items: Vec<Item>,
}

impl Key {
    /// `sheet.csv` with nothing in it yet.
    pub fn csv(&self) -> String {
        let mut out = csv::Writer::from_writer(Vec::new());
        let rows = self.items.iter().map(|item| [&item.item, &item.word, &item.segmentation, "", ""]);
        // Nothing fails in memory, and text in is text out.
        let written =
            out.write_record(COLUMNS).and_then(|()| rows.into_iter().try_for_each(|row| out.write_record(row)));
        let bytes = written.ok().and_then(|()| out.into_inner().ok()).unwrap_or_default();
        String::from_utf8(bytes).unwrap_or_default()
    }

    /// Reads a key and checks that it is whole.
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::Input`] for what is no key, or not the one that was written with its sheet.
    pub fn read(path: &Path) -> Result<Key> {
        Key::from_json(&packed::text(path)?).map_err(|e| e.in_file(path))
    }

    /// The same of a text.
    ///
    /// # Errors
    /// [`Error::Input`] without a path.
    pub fn from_json(text: &str) -> Result<Key> {
        let hint = "give the key.json that stood beside the sheet";
        let bad = |why: String| Error::input("", why).with_hint(hint);
        let value: serde_json::Value =
            serde_json::from_str(text).map_err(|e| bad(format!("it is no key of a sheet: {e}")))?;
        match value["schema"].as_str() {
            Some(SCHEMA) => {}
            Some(other) => return Err(bad(format!("its schema is `{other}`, not `{SCHEMA}`"))),
            None => return Err(bad(format!("it has no schema; that of a key is `{SCHEMA}`"))),
        }
        let key: Key = serde_json::from_value(value).map_err(|e| bad(format!("it is no key of a sheet: {e}")))?;
        key.check().map_err(bad)?;
        Ok(key)
    }

    fn check(&self) -> Result<(), String> {
        let found = sha256(self.csv().as_bytes());
        if found != self.sheet_sha256 {
            return Err(format!(
                "its items are not those of the sheet it was written with: their sha256 is {found}, not `{}`",
                self.sheet_sha256
            ));
        }
        let names: BTreeSet<&str> = self.tokenizers.iter().map(|t| t.name.as_str()).collect();
        if names.len() != self.tokenizers.len() {
            return Err("two tokenizers have one name".into());
        }
        let (mut items, mut pairs) = (BTreeSet::new(), BTreeSet::new());
        let mut bands = BTreeMap::new();
        for item in &self.items {
            let wrong = |why: &str| Err(format!("item `{}`: {why}", item.item));
            if !items.insert(&item.item) {
                return wrong("there are two of it");
            }
            if !(1..=BANDS).contains(&item.band) || *bands.entry(&item.word).or_insert(item.band) != item.band {
                return wrong(&format!("{} is not its band", item.band));
            }
            let inner = item.cuts.iter().all(|&cut| 0 < cut && cut < item.word.len());
            if !inner
                || item.cuts.windows(2).any(|pair| pair[0] >= pair[1])
                || shown(&item.word, &item.cuts) != item.segmentation
            {
                return wrong("its cuts are not those of its segmentation");
            }
            for name in &item.tokenizers {
                if !names.contains(name.as_str()) {
                    return wrong(&format!("there is no tokenizer `{name}`"));
                }
                if !pairs.insert((&item.word, name)) {
                    return wrong(&format!("`{name}` cuts its word in two ways"));
                }
            }
        }
        Ok(())
    }
}

/// The SHA-256 in hexadecimal.
pub(super) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
