//! What a run is to do: the recipe, what it is applied to, and whether the two fit.

use std::path::{Path, PathBuf};

use toktool::corpus::Source;
use toktool::formats::counts::{Meta, Parts};
use toktool::text::Splitter;
use toktool::tokenizer::Tokenizer;
use toktool::train::recipe::Recipe;
use toktool::train::{BpeTrainer, Constraint, Frame};
use toktool::unicode::Normalizer;
use toktool::{Error, Result, samples};

use crate::args::{self, Global};
use crate::describe;
use crate::documents;
use crate::recipe_file::{self, RecipeFile, Record};

use super::Train;

/// A vocabulary's size on the embedded samples, where none is asked for.
const SAMPLE_SIZE: usize = 4000;

/// Where the words come from.
#[derive(Debug)]
pub enum Origin {
    /// Files and folders.
    Text(Vec<Source>),
    /// The embedded sample of a language.
    Sample(&'static str),
    /// Count files.
    Counts(Box<Parts>, Vec<PathBuf>),
}

/// A run.
#[derive(Debug)]
pub struct Plan {
    pub recipe: Recipe,
    pub origin: Origin,
    /// The tokenizer to continue, and where it was read.
    pub start: Option<Tokenizer>,
    pub from: Option<PathBuf>,
    /// Files as an earlier run recorded them, and its version.
    pub before: Vec<Record>,
    pub version: String,
}

impl Plan {
    /// Flags over file over preset.
    pub fn new(args: &Train, global: &Global) -> Result<Plan> {
        let mut file = match &args.recipe {
            Some(path) => RecipeFile::read(path, args.preset.as_deref())?,
            None => {
                let recipe = args.preset.as_deref().map_or_else(|| Ok(Recipe::default()), Recipe::preset)?;
                RecipeFile { recipe, ..RecipeFile::default() }
            }
        };
        let from = args.from.clone().or(file.from.as_ref().map(|r| r.path.clone()));
        if from.is_some() {
            refuse_with_from(args)?;
            if args.recipe.is_none() {
                // A tokenizer that is continued brings its own.
                file.recipe.special.clear();
            }
        }
        let mut recipe = file.recipe;
        overlay(&mut recipe, args, global)?;
        let mut before = file.inputs;
        let origin = if !args.counts.is_empty() {
            counts(args.counts.clone(), args)?
        } else if !args.inputs.is_empty() {
            Origin::Text(documents::grouped(&args.inputs))
        } else if !file.counts.is_empty() {
            before = file.counts;
            counts(before.iter().map(|r| r.path.clone()).collect(), args)?
        } else if !before.is_empty() {
            Origin::Text(recipe_file::sources(&before))
        } else {
            sample(&mut recipe, file.sized || !args.vocab_size.is_empty())?
        };
        let start = from.as_deref().map(|path| args::read_tokenizer(path, None)).transpose()?;
        if let Some(from) = &from {
            recipe.constrain = inherited(from, recipe.constrain, args.constrain.is_some())?;
        }
        // What decides how text is cut goes into the recipe, by its name where it has one.
        let decided = match (&start, &origin) {
            (Some(start), _) => Some(&start.splitter),
            (None, Origin::Counts(parts, _)) => Some(&parts.meta().splitter),
            (None, _) => None,
        };
        if let Some(pattern) = decided.and_then(describe::pattern_name) {
            recipe.pattern = pattern;
        }
        recipe.vocab_size.sort_unstable();
        recipe.vocab_size.dedup();
        if recipe.pattern == "metaspace" && from.is_none() {
            // Word marks are characters: the two go together, as in every tokenizer that has them.
            recipe.byte_fallback = true;
        }
        if from.is_none() {
            recipe.check()?;
        } else {
            Recipe { pattern: Recipe::default().pattern, ..recipe.clone() }.check()?;
        }
        if let (Some(start), Origin::Counts(parts, paths)) = (&start, &origin) {
            let meta = parts.meta();
            if (&start.splitter, &start.normalizers) != (&meta.splitter, &meta.normalizers) {
                let path = paths.first().cloned().unwrap_or_default();
                return Err(Error::input(path, "its text was cut differently than the tokenizer of `--from` does")
                    .with_hint("count with the pattern and normalizers of that tokenizer"));
            }
        }
        before.extend(file.from.into_iter().chain(file.segmenter));
        let plan = Plan { recipe, origin, start, from, before, version: file.version };
        // Of counts and of a tokenizer that is continued, the pattern may be none that the recipe can name.
        plan.recipe.constrain.check_splitter(&plan.cutting()?.1)?;
        Ok(plan)
    }

    /// How text is changed and cut before the model sees it.
    pub fn cutting(&self) -> Result<(Vec<Normalizer>, Splitter)> {
        match (&self.start, &self.origin) {
            (Some(start), _) => Ok((start.normalizers.clone(), start.splitter.clone())),
            (None, Origin::Counts(parts, _)) => Ok((parts.meta().normalizers.clone(), parts.meta().splitter.clone())),
            (None, _) => Ok((self.recipe.normalizers()?, self.recipe.splitter()?)),
        }
    }

    /// What is around the model.
    pub fn frame(&self) -> Result<Frame> {
        let (normalizers, splitter) = self.cutting()?;
        Ok(Frame { normalizers, splitter, special_tokens: self.recipe.special_tokens() })
    }

    pub fn trainer(&self) -> Result<BpeTrainer> {
        Ok(self.recipe.trainer())
    }

    /// The inputs in words, for messages about all of them.
    pub fn input_path(&self) -> PathBuf {
        match &self.origin {
            Origin::Sample(lang) => PathBuf::from(format!("embedded sample of {lang}")),
            Origin::Text(sources) => sources.first().map(|s| s.path.clone()).unwrap_or_default(),
            Origin::Counts(_, paths) => paths.first().cloned().unwrap_or_default(),
        }
    }
}

/// Count files. How their text was cut stands in them, so it cannot be asked for; a file that another program wrote may
/// not say it, and `--assume-pattern` does.
fn counts(paths: Vec<PathBuf>, args: &Train) -> Result<Origin> {
    let named = [("--pattern", args.pattern.is_some()), ("--normalize", !args.normalize.is_empty())];
    if let Some((option, _)) = named.iter().find(|n| n.1) {
        return Err(Error::config(*option, "count files say how their text was cut")
            .with_hint("leave it out; `--assume-pattern` is for files that do not say it"));
    }
    let assumed = match &args.assume_pattern {
        Some(pattern) => Some(Meta::new(Splitter::named(pattern)?, Vec::new(), 0, 0)),
        None => None,
    };
    let parts = Parts::open(&paths, assumed.as_ref())?;
    let files = parts.paths().to_vec();
    Ok(Origin::Counts(Box::new(parts), files))
}

/// The embedded sample, where nothing else is named.
fn sample(recipe: &mut Recipe, sized: bool) -> Result<Origin> {
    let languages = samples::LANGUAGES.join(", ");
    let Some(lang) = &recipe.lang else {
        return Err(Error::config("INPUT", "nothing to train on")
            .with_hint(format!("name a file or folder, or a language with an embedded sample: `--lang` {languages}")));
    };
    let known = samples::LANGUAGES.into_iter().find(|known| known == lang).ok_or_else(|| {
        Error::config("--lang", format!("there is no embedded sample of `{lang}`"))
            .with_hint(format!("samples: {languages}; or name a file or folder to train on"))
    })?;
    if !sized {
        recipe.vocab_size = vec![SAMPLE_SIZE];
    }
    Ok(Origin::Sample(known))
}

/// The constraint of a tokenizer that is continued, as the recipe beside it says: merges can't be constrained later.
fn inherited(from: &Path, asked: Constraint, explicitly: bool) -> Result<Constraint> {
    let path = args::tokenizer_path(from);
    let folder = if path.is_dir() { path } else { path.parent().map(Path::to_path_buf).unwrap_or_default() };
    let recipe = RecipeFile::read(&folder.join("recipe.toml"), None);
    let made_with = recipe.map_or(Constraint::None, |file| file.recipe.constrain);
    if asked == made_with || (asked == Constraint::None && !explicitly) {
        return Ok(made_with);
    }
    let why = match made_with {
        Constraint::None => format!("the tokenizer that `--from` continues is not known to be made with `{asked}`"),
        other => format!("the tokenizer that `--from` continues was made with `{other}`, not with `{asked}`"),
    };
    Err(Error::config("--constrain", why).with_hint("leave out `--from`, or the constraint"))
}

/// Options that the continued tokenizer decides.
fn refuse_with_from(args: &Train) -> Result<()> {
    let given = [
        ("--pattern", args.pattern.is_some()),
        ("--normalize", !args.normalize.is_empty()),
        ("--byte-fallback", args.byte_fallback),
        ("--limit-alphabet", args.limit_alphabet.is_some()),
        ("--initial-alphabet", args.initial_alphabet.is_some()),
        ("--morph", args.morph.is_some()),
    ];
    match given.iter().find(|g| g.1) {
        Some((option, _)) => Err(Error::config(*option, "the tokenizer that `--from` continues decides this")
            .with_hint(format!("leave out `{option}` or `--from`"))),
        None => Ok(()),
    }
}

fn overlay(recipe: &mut Recipe, args: &Train, global: &Global) -> Result<()> {
    fn put<T: Clone>(slot: &mut T, value: &Option<T>) {
        if let Some(value) = value {
            *slot = value.clone();
        }
    }
    if args.lang.is_some() {
        recipe.lang.clone_from(&args.lang);
    }
    if !args.vocab_size.is_empty() {
        recipe.vocab_size.clone_from(&args.vocab_size);
    }
    if !args.normalize.is_empty() {
        recipe.normalize.clone_from(&args.normalize);
    }
    if let Some(special) = super::specials(args)? {
        recipe.special = special;
    }
    put(&mut recipe.pattern, &args.pattern);
    put(&mut recipe.min_frequency, &args.min_frequency);
    put(&mut recipe.pad_vocab_to_multiple, &args.pad_vocab_to_multiple);
    put(&mut recipe.initial_alphabet, &args.initial_alphabet);
    put(&mut recipe.document, &args.reading.document);
    put(&mut recipe.field, &args.reading.field);
    put(&mut recipe.seed, &global.seed);
    recipe.limit_alphabet = args.limit_alphabet.or(recipe.limit_alphabet);
    recipe.max_token_length = args.max_token_length.or(recipe.max_token_length);
    if let Some(morph) = &args.morph {
        recipe.morph = morph.parse()?;
    }
    put(&mut recipe.morph_words, &args.morph_words);
    recipe.lookup = args.lookup.clone().or(recipe.lookup.take());
    recipe.model = args.model.clone().or(recipe.model.take());
    if let Some(constraint) = &args.constrain {
        recipe.constrain = constraint.parse()?;
    }
    recipe.byte_fallback |= args.byte_fallback;
    recipe.lossy |= args.reading.lossy;
    Ok(())
}
