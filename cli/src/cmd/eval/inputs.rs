//! The corpora of `toktool eval`.

use std::path::{Path, PathBuf};

use toktool::corpus::{Corpus, Options, Source};
use toktool::{Error, Result, samples};
use toktool_eval::evaluation::Input;

use super::{Eval, file_name, languages};
use crate::args::named;
use crate::documents::STDIN;

/// The inputs as named, or the embedded samples.
pub fn inputs(args: &Eval) -> Result<Vec<Input<'static>>> {
    if args.input.is_empty() {
        return embedded(args.lang.as_deref());
    }
    if args.input.iter().filter(|given| named(given).1 == Path::new(STDIN)).count() > 1 {
        return Err(Error::config("--input", "standard input can be read only once"));
    }
    args.input.iter().map(|given| input(given, args)).collect()
}

fn embedded(lang: Option<&str>) -> Result<Vec<Input<'static>>> {
    let chosen: Vec<&'static str> =
        samples::LANGUAGES.into_iter().filter(|l| lang.is_none_or(|wanted| wanted == *l)).collect();
    if chosen.is_empty() {
        let lang = lang.unwrap_or_default();
        return Err(Error::config("--lang", format!("there is no embedded sample of `{lang}`"))
            .with_hint(format!("samples: {}; or name text with `--input PATH`", languages())));
    }
    let input = |lang: &'static str| Input {
        name: format!("sample-{lang}"),
        language: Some(lang.to_owned()),
        embedded: true,
        open: Box::new(move || {
            Ok(Corpus::from_text(lang, samples::eval(lang).unwrap_or_default(), Options::default()))
        }),
        again: true,
    };
    Ok(chosen.into_iter().map(input).collect())
}

fn input(given: &PathBuf, args: &Eval) -> Result<Input<'static>> {
    let (label, path) = named(given);
    let (name, lang) = match label.as_deref().map(|label| label.split_once('@').unwrap_or((label, ""))) {
        Some((name, lang)) => (name.to_owned(), lang.to_owned()),
        None => (String::new(), String::new()),
    };
    let stdin = path == Path::new(STDIN);
    let own = if stdin { "stdin".to_owned() } else { file_name(&path) };
    let options = Options { keep_empty: false, ..args.reading.options() };
    let sources = vec![Source { group: None, path }];
    let open = move || Corpus::open(&sources, options.clone());
    // A path that does not exist is said before anything is read.
    if !stdin {
        open()?;
    }
    Ok(Input {
        name: if name.is_empty() { own } else { name },
        language: Some(lang).filter(|l| !l.is_empty()).or_else(|| args.lang.clone()),
        embedded: false,
        open: Box::new(open),
        again: !stdin,
    })
}
