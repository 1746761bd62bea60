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
use crate::args::named;
use crate::documents::STDIN;
use crate::ui::Ui;

/// The inputs as named, or the embedded samples.
pub fn inputs(args: &Eval) -> Result<Vec<Input<'static>>> {
    if args.input.is_empty() {
        return embedded(args);
    }
    if args.input.iter().filter(|given| named(given).1 == Path::new(STDIN)).count() > 1 {
        return Err(Error::config("--input", "standard input can be read only once"));
    }
    args.input.iter().map(|given| input(given, args)).collect()
}

fn embedded(args: &Eval) -> Result<Vec<Input<'static>>> {
    let lang = args.lang.as_deref();
    let chosen: Vec<&'static str> =
        samples::LANGUAGES.into_iter().filter(|l| lang.is_none_or(|wanted| wanted == *l)).collect();
    if chosen.is_empty() {
        let lang = lang.unwrap_or_default();
        return Err(Error::config("--lang", format!("there is no embedded sample of `{lang}`"))
            .with_hint(format!("samples: {}; or name text with `--input PATH`", languages())));
    }
    let text = |lang| Corpus::from_text(lang, samples::eval(lang).unwrap_or_default(), Options::default());
    let input = |lang: &'static str| {
        Ok(Input {
            name: format!("sample-{lang}"),
            language: Some(lang.to_owned()),
            embedded: true,
            lexicon: lexicon(Some(lang), args)?,
            open: Box::new(move || Ok(text(lang))),
            again: true,
        })
    };
    chosen.into_iter().map(input).collect()
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
        let (name, language, path) = labelled(given, args);
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
fn labelled(given: &Path, args: &Eval) -> (String, Option<String>, PathBuf) {
    let (label, path) = named(given);
    let label = label.unwrap_or_default();
    let (name, lang) = label.split_once('@').unwrap_or((&label, ""));
    let own = || if path == Path::new(STDIN) { "stdin".to_owned() } else { file_name(&path) };
    let name = if name.is_empty() { own() } else { name.to_owned() };
    let lang = Some(lang.to_owned()).filter(|l| !l.is_empty()).or_else(|| args.lang.clone());
    (name, lang, path)
}

fn input(given: &Path, args: &Eval) -> Result<Input<'static>> {
    let (name, language, path) = labelled(given, args);
    let stdin = path == Path::new(STDIN);
    let options = Options { keep_empty: false, ..args.reading.options() };
    let sources = vec![Source { group: None, path }];
    let open = move || Corpus::open(&sources, options.clone());
    // A path that does not exist is said before anything is read.
    if !stdin {
        open()?;
    }
    let lexicon = lexicon(language.as_deref(), args)?;
    Ok(Input { name, language, embedded: false, lexicon, open: Box::new(open), again: !stdin })
}
