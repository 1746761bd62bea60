//! The corpora of `toktool eval`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use toktool::corpus::{Corpus, Options, Source};
use toktool::morph::lexical::Entries;
use toktool::morph::{self, Lexical};
use toktool::{Error, Result, samples};
use toktool_eval::evaluation::{GoldInput, Input};
use toktool_eval::gold;
use toktool_eval::lexicality;
use toktool_eval::parallel::ParallelText;

use super::{Eval, file_name, languages};
use crate::args::{Reading, named};
use crate::documents::STDIN;
use crate::ui::Ui;

/// The inputs as named, or the embedded samples, with what knows their words.
pub fn inputs(args: &Eval) -> Result<Vec<Input<'static>>> {
    let mut inputs = corpora(&args.input, args.lang.as_deref(), &args.reading)?;
    for input in &mut inputs {
        input.lexicon = lexicon(input.language.as_deref(), args)?;
    }
    Ok(inputs)
}

/// Corpora as named by `[name[@lang]=]PATH`, or the embedded samples.
pub fn corpora(given: &[PathBuf], lang: Option<&str>, reading: &Reading) -> Result<Vec<Input<'static>>> {
    if given.is_empty() {
        return embedded(lang);
    }
    if given.iter().filter(|given| named(given).1 == Path::new(STDIN)).count() > 1 {
        return Err(Error::config("--input", "standard input can be read only once"));
    }
    given.iter().map(|given| input(given, lang, reading)).collect()
}

fn embedded(lang: Option<&str>) -> Result<Vec<Input<'static>>> {
    let chosen: Vec<&'static str> =
        samples::LANGUAGES.into_iter().filter(|l| lang.is_none_or(|wanted| wanted == *l)).collect();
    if chosen.is_empty() {
        let lang = lang.unwrap_or_default();
        return Err(Error::config("--lang", format!("there is no embedded sample of `{lang}`"))
            .with_hint(format!("samples: {}; or name text with `--input PATH`", languages())));
    }
    let text = |lang| Corpus::from_text(lang, samples::eval(lang).unwrap_or_default(), Options::default());
    let input = |lang: &'static str| Input {
        name: format!("sample-{lang}"),
        language: Some(lang.to_owned()),
        embedded: true,
        lexicon: None,
        open: Box::new(move || Ok(text(lang))),
        again: true,
    };
    Ok(chosen.into_iter().map(input).collect())
}

/// What knows the words of a language: the file that is named, else what comes with the program, if anything does.
fn lexicon(lang: Option<&str>, args: &Eval) -> Result<Option<Arc<dyn Lexical>>> {
    let code = lang.unwrap_or_default();
    match &args.lexicon {
        Some(path) => lexicality::open(code, lexicality::Source::File(path, Entries::Words)).map(Some),
        None => Ok(morph::lexical(code).ok()),
    }
}

/// Gold words as named. Rows that do not match their word are said.
pub fn golds(args: &Eval, ui: Ui) -> Result<Vec<GoldInput>> {
    let read = |given: &PathBuf| {
        let (name, language, path) = labelled(given, args.lang.as_deref());
        let gold = gold::read(&path)?;
        let rejected = &gold.report.rejected;
        if let Some(first) = rejected.first() {
            ui.warning(format_args!(
                "`{}`: {} of {} rows are of no use, the first in line {}: `{}`: {}",
                path.display(),
                rejected.len(),
                gold.report.rows,
                first.line,
                first.word,
                first.why
            ));
        }
        Ok(GoldInput { name, language, gold })
    };
    args.gold.iter().map(read).collect()
}

/// Parallel text, if there is any: a line of each file is a document, empty ones too.
pub fn parallel(args: &Eval) -> Result<Option<ParallelText>> {
    if args.parallel.is_empty() {
        return Ok(None);
    }
    let mut languages = Vec::new();
    for given in &args.parallel {
        let Some((lang, path)) = given.split_once('=').filter(|(lang, path)| !lang.is_empty() && !path.is_empty())
        else {
            return Err(Error::config("--parallel", format!("`{given}` is not LANG=PATH")));
        };
        let source = Source { group: None, path: PathBuf::from(path) };
        let corpus = Corpus::open(&[source], args.reading.options())?;
        let mut lines = Vec::new();
        while let Some(raw) = corpus.next()? {
            lines.extend(raw.decode(&corpus)?.documents().map(str::to_owned));
        }
        languages.push((lang.to_owned(), lines));
    }
    ParallelText::new("parallel", languages, &args.pivot).map(Some)
}

/// Name, language and path of `[name[@lang]=]PATH`.
fn labelled(given: &Path, lang: Option<&str>) -> (String, Option<String>, PathBuf) {
    let (label, path) = named(given);
    let label = label.unwrap_or_default();
    let (name, own_lang) = label.split_once('@').unwrap_or((&label, ""));
    let own = || if path == Path::new(STDIN) { "stdin".to_owned() } else { file_name(&path) };
    let name = if name.is_empty() { own() } else { name.to_owned() };
    let lang = Some(own_lang).filter(|l| !l.is_empty()).or(lang);
    (name, lang.map(str::to_owned), path)
}

fn input(given: &Path, lang: Option<&str>, reading: &Reading) -> Result<Input<'static>> {
    let (name, language, path) = labelled(given, lang);
    let stdin = path == Path::new(STDIN);
    let options = Options { keep_empty: false, ..reading.options() };
    let sources = vec![Source { group: None, path }];
    let open = move || Corpus::open(&sources, options.clone());
    // A path that does not exist is said before anything is read.
    if !stdin {
        open()?;
    }
    Ok(Input { name, language, embedded: false, lexicon: None, open: Box::new(open), again: !stdin })
}
