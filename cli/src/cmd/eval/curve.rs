//! `--curve`: more tokenizers, as points of curves.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use toktool::corpus::{Corpus, Options, Source};
use toktool::observe::{Event, Observer};
use toktool::{Error, Result};
use toktool_eval::curve::{self, Axis, LONGEST, Settings};
use toktool_eval::subject::Subject;

use super::{Eval, file_name};
use crate::args::{self, Global, named, size};
use crate::describe::grouped;
use crate::documents::STDIN;
use crate::recipe_file::RecipeFile;

/// Bytes that a domain is trained on at most, unless said otherwise.
const DOMAIN: usize = 256_000_000;

/// A curve as it is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Curve {
    /// The first merges of each tokenizer, up to these sizes.
    Vocabulary(Vec<usize>),
    /// Trainings on so many bytes.
    Training(Vec<usize>),
    /// A training for each domain, on so many bytes at most.
    Domain(usize),
}

impl FromStr for Curve {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (axis, sizes) = text.split_once('=').map_or((text, None), |(axis, sizes)| (axis, Some(sizes)));
        let sizes = || {
            let mut sizes = sizes.unwrap_or_default().split(',').map(size).collect::<Result<Vec<usize>, String>>()?;
            sizes.sort_unstable();
            sizes.dedup();
            if sizes[0] == 0 { Err("a size of 0 is no point".to_owned()) } else { Ok(sizes) }
        };
        match (axis, text.contains('=')) {
            ("vocab", true) => Ok(Curve::Vocabulary(sizes()?)),
            ("training", true) => Ok(Curve::Training(sizes()?)),
            ("domain", false) => Ok(Curve::Domain(DOMAIN)),
            ("domain", true) => match sizes()?[..] {
                [bytes] => Ok(Curve::Domain(bytes)),
                _ => Err("domains are trained on one amount of text: write domain=64m".to_owned()),
            },
            ("vocab" | "training", false) => Err(format!("it has no sizes: write {axis}=1m,4m")),
            _ => Err(format!("`{axis}` is none of vocab, training, domain")),
        }
    }
}

/// Refuses what could only fail later, before anything is read.
pub fn check(args: &Eval) -> Result<()> {
    let needs = |curve: &str, what: &str| Error::config(format!("--curve {curve}"), format!("it needs {what}"));
    for curve in &args.curve {
        match curve {
            Curve::Vocabulary(_) if args.toks.is_empty() => return Err(needs("vocab", "a tokenizer to cut")),
            Curve::Training(_) if args.train.is_empty() => {
                return Err(needs("training", "text to train on").with_hint("name it: `--train PATH`"));
            }
            Curve::Domain(_) if args.train.len() < 2 => {
                return Err(needs("domain", "two domains or more")
                    .with_hint("name them: `--train news=PATH --train code=PATH`"));
            }
            _ => {}
        }
    }
    if !args.train.is_empty() && args.curve.iter().all(|curve| matches!(curve, Curve::Vocabulary(_))) {
        return Err(Error::config("--train", "no curve trains anything")
            .with_hint("add `--curve training=1m,4m` or `--curve domain`"));
    }
    let mut names: Vec<String> = args.train.iter().map(|given| source(given).0).collect();
    names.sort_unstable();
    if let Some(twice) = names.windows(2).find(|pair| pair[0] == pair[1]) {
        return Err(Error::config("--train", format!("two domains are called `{}`", twice[0]))
            .with_hint("name them: `--train news=PATH`"));
    }
    for given in &args.train {
        let (_, path) = source(given);
        if path == Path::new(STDIN) {
            return Err(Error::config("--train", "it is read more than once, which standard input cannot be")
                .with_hint("name a file or folder"));
        }
        let train = path.canonicalize().map_err(|e| Error::io("read", &path, e))?;
        for input in args.input.iter().map(|given| named(given).1) {
            let Ok(judged) = input.canonicalize() else { continue };
            if judged.starts_with(&train) || train.starts_with(&judged) {
                let why = format!("`{}` is judged on, too: `{}`", path.display(), input.display());
                return Err(Error::config("--train", why).with_hint("judge on text that nothing was trained on"));
            }
        }
    }
    Ok(())
}

fn source(given: &Path) -> (String, PathBuf) {
    let (name, path) = named(given);
    (name.unwrap_or_else(|| file_name(&path)), path)
}

/// The points of all curves. `subjects` are the tokenizers as named.
///
/// # Errors
/// What cutting, reading and training report.
pub fn points(args: &Eval, global: &Global, subjects: &[Subject], observer: &dyn Observer) -> Result<Vec<Subject>> {
    let seed = global.seed.unwrap_or(0);
    let first = subjects.iter().find_map(Subject::judged);
    let like = first.map(|judged| (&judged.tokenizer, judged.inventory.declared));
    let settings = Settings::like(like, args.curve_vocab)?;
    let mut points = Vec::new();
    for curve in &args.curve {
        match curve {
            Curve::Vocabulary(sizes) => {
                for (tok, subject) in args.toks.iter().zip(subjects) {
                    cuttable(tok)?;
                    let Some(judged) = subject.judged() else { continue };
                    for &size in sizes {
                        let point = curve::vocabulary(&subject.name, &judged.tokenizer, size);
                        points.push(point.map_err(|e| of_tokenizer(e, &subject.name))?);
                    }
                }
            }
            Curve::Training(sizes) => {
                let sources: Vec<PathBuf> = args.train.iter().map(|given| source(given).1).collect();
                let most = sizes.last().copied().unwrap_or_default();
                let documents = documents(&sources, args, most, seed, observer)?;
                let there: usize = documents.iter().map(String::len).sum();
                if there + LONGEST < most {
                    let (there, most) = (grouped(there as u64), grouped(most as u64));
                    let why = format!("there are {there} bytes in it to train on, not {most}");
                    return Err(Error::input(&sources[0], why)
                        .with_hint("equal documents count once, and long ones with their first 4,096 bytes"));
                }
                for &bytes in sizes {
                    let tokenizer = train(&curve::smaller(&documents, bytes, seed), &settings, observer)?;
                    points.push(curve::trained(tokenizer, bytes)?);
                }
            }
            Curve::Domain(most) => {
                let mut domains = Vec::new();
                for (name, path) in args.train.iter().map(|given| source(given)) {
                    let documents = documents(std::slice::from_ref(&path), args, *most, seed, observer)?;
                    domains.push((name, documents));
                }
                let bytes = |documents: &[String]| documents.iter().map(String::len).sum::<usize>();
                let least = domains.iter().map(|(_, documents)| bytes(documents)).min().unwrap_or(0);
                for (name, documents) in &domains {
                    let tokenizer = train(&curve::smaller(documents, least, seed), &settings, observer)?;
                    points.push(curve::domain(tokenizer, name)?);
                }
            }
        }
    }
    let is_trained = |s: &&Subject| s.point.as_ref().is_some_and(|point| point.axis != Axis::Vocabulary);
    for point in points.iter().filter(is_trained) {
        let Some(judged) = point.judged() else { continue };
        if judged.inventory.declared < settings.vocab_size as u64 {
            observer.event(Event::Note(&format!(
                "`{}` has {} tokens, not {}: its text has no more pairs to merge",
                point.name,
                grouped(judged.inventory.declared),
                grouped(settings.vocab_size as u64)
            )));
        }
    }
    Ok(points)
}

/// The same error with the name of the tokenizer that it is about.
fn of_tokenizer(error: Error, name: &str) -> Error {
    let hint = error.hint().map(str::to_owned);
    let named = match error {
        Error::Config { option, why, .. } => Error::config(option, format!("`{name}`: {why}")),
        Error::Unsupported { what, why, .. } => Error::unsupported(format!("`{name}`: {what}"), why),
        other => return other,
    };
    match hint {
        Some(hint) => named.with_hint(hint),
        None => named,
    }
}

/// Merges that put clusters together come before all others, and a smaller vocabulary may not lack one: how many they
/// are does not stand in the file, so the recipe beside it is asked whether there are any.
fn cuttable(tok: &Path) -> Result<()> {
    let path = args::tokenizer_path(tok);
    let folder = if path.is_dir() { path.clone() } else { path.parent().map(Path::to_path_buf).unwrap_or_default() };
    let Ok(file) = RecipeFile::read(&folder.join("recipe.toml"), None) else { return Ok(()) };
    let constraint = file.recipe.constrain;
    if constraint.has_clusters() {
        let why =
            format!("it was made with `--constrain {constraint}`: merges of clusters come first, whatever the size");
        return Err(Error::unsupported(format!("cutting `{}`", path.display()), why)
            .with_hint("train the sizes: `toktool train --vocab-size 8k,16k`, and name them all"));
    }
    Ok(())
}

/// A sample of the documents of some files.
fn documents(paths: &[PathBuf], args: &Eval, bytes: usize, seed: u64, observer: &dyn Observer) -> Result<Vec<String>> {
    let sources: Vec<Source> = paths.iter().map(|path| Source { group: None, path: path.clone() }).collect();
    let corpus = Corpus::open(&sources, Options { keep_empty: false, ..args.reading.options() })?;
    let documents = curve::sample(&corpus, bytes, seed, observer)?;
    if documents.is_empty() {
        return Err(Error::input(&paths[0], "there is no text in it to train on").with_hint("is it the right file?"));
    }
    Ok(documents)
}

fn train(documents: &[String], settings: &Settings, observer: &dyn Observer) -> Result<toktool::Tokenizer> {
    observer.event(Event::Stage { name: "training a point", total: None, unit: "merges" });
    curve::train(documents, settings, observer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn curves_as_they_are_written() {
        let parsed = |text: &str| text.parse::<Curve>();
        assert_eq!(parsed("vocab=4k,1k,1000"), Ok(Curve::Vocabulary(vec![1000, 4000])));
        assert_eq!(parsed("training=1m"), Ok(Curve::Training(vec![1_000_000])));
        assert_eq!((parsed("domain"), parsed("domain=5k")), (Ok(Curve::Domain(DOMAIN)), Ok(Curve::Domain(5000))));
        for (bad, why) in [
            ("vocab=0", "no point"),
            ("vocab=", "not a number"),
            ("vocab", "no sizes"),
            ("training=1m,x", "`x`"),
            ("domain=1,2", "one amount"),
            ("size=3", "none of vocab"),
        ] {
            assert!(parsed(bad).unwrap_err().contains(why), "{bad}");
        }
    }
}
