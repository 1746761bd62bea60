//! `toktool eval --human-sample` and `--human-ratings`: sheets for people to rate, and what their ratings say.

use std::path::{Path, PathBuf};

use clap::Args;
use toktool::formats::write::OutputDir;
use toktool::{Error, Result};
use toktool_eval::human::import::Ratings;
use toktool_eval::human::{self, Key, Request, report, score};

use super::forms::{self, Format};
use super::{Eval, inputs, subject};
use crate::args::{Global, named, size};
use crate::describe::grouped;
use crate::exit::Exit;
use crate::interrupt;
use crate::output::{self, Out};
use crate::progress::Progress;

/// Judgement by people
#[derive(Debug, Args)]
#[command(next_help_heading = "Judgement by people")]
pub struct Human {
    /// Write a sheet of N words as each tokenizer cuts them, for people to rate, into the folder `-o`
    #[arg(
        long,
        value_name = "N",
        value_parser = size,
        requires = "output",
        conflicts_with_all = ["gold", "parallel", "lexicon", "paper", "metrics", "fail_under", "format"]
    )]
    human_sample: Option<usize>,

    /// Sheets that were rated, one an annotator, each as `[name=]PATH`
    #[arg(
        long,
        value_name = "FILE",
        num_args = 1..,
        requires = "human_key",
        conflicts_with_all = [
            "toks", "human_sample", "lang", "input", "gold", "parallel", "lexicon", "paper", "metrics", "fail_under", "no_baselines"
        ]
    )]
    human_ratings: Vec<PathBuf>,

    /// The key.json that was written with the sheet
    #[arg(long, value_name = "FILE", requires = "human_ratings")]
    human_key: Option<PathBuf>,
}

/// Does what these options ask for, if they ask for anything.
pub fn run(args: &Eval, global: &Global) -> Result<Option<Exit>> {
    if let Some(words) = args.human.human_sample
        && let Some(target) = forms::single(&args.output)?
    {
        return sample(args, global, words, target).map(Some);
    }
    match &args.human.human_key {
        Some(key) => rate(args, global, key).map(Some),
        None => Ok(None),
    }
}

fn sample(args: &Eval, global: &Global, words: usize, target: &Path) -> Result<Exit> {
    output::check_folder(target, global.force)?;
    let corpora = inputs::inputs(args)?;
    let [input] = corpora.as_slice() else {
        let option = if args.input.is_empty() { "--lang" } else { "--input" };
        return Err(Error::config(option, format!("a sheet is of one text, and there are {}", corpora.len()))
            .with_hint("name one by `--input PATH`, or an embedded sample by `--lang`"));
    };
    let subjects = args.toks.iter().map(|tok| subject(tok, args)).collect::<Result<Vec<_>>>()?;
    let request =
        Request { words, seed: global.seed.unwrap_or(0), threads: global.threads(), baselines: !args.no_baselines };
    let progress = Progress::new(global.ui());
    let made = human::sheet(&subjects, input, &request, &progress);
    progress.clear();
    let sheet = made?;
    let out = OutputDir::new(target, global.force)?;
    for (name, text) in sheet.files() {
        out.write(name, text.as_bytes())?;
    }
    interrupt::check()?;
    out.commit()?;
    let ui = global.ui();
    if sheet.words < words {
        ui.warning(format_args!("the text has {} different words, not {words}", sheet.words));
    }
    if input.embedded {
        ui.warning("the words are those of the program's own sample, which is small: `--input` names other text");
    }
    ui.summary(format_args!(
        "`{}`: {} of {} different words, {} segmentations to rate",
        target.display(),
        sheet.words,
        grouped(sheet.distinct as u64),
        sheet.key.items.len()
    ));
    ui.summary(
        "annotators get sheet.html (or sheet.csv with RUBRIC.md); key.json says who cut what: keep it from them",
    );
    ui.summary(format_args!(
        "then: toktool eval --human-ratings ANNOTATOR.csv ... --human-key {}",
        target.join("key.json").display()
    ));
    Ok(Exit::Done)
}

fn rate(args: &Eval, global: &Global, key: &Path) -> Result<Exit> {
    let target = forms::single(&args.output)?;
    let format = args.format.or(target.map(Format::of)).unwrap_or_default();
    if !matches!(format, Format::Table | Format::Json | Format::Csv | Format::Markdown) {
        return Err(Error::config("--format", "ratings have no such form").with_hint("table, json, csv or markdown"));
    }
    if let Some(path) = target {
        output::check_file(path, global.force)?;
    }
    let key = Key::read(key)?;
    let files: Vec<_> = args.human.human_ratings.iter().map(|given| named(given)).collect();
    let ratings = Ratings::read(&files, &key)?;
    let scores = global.in_pool(|| score::scores(&key, &ratings, global.seed.unwrap_or(0)))?;
    let text = match format {
        Format::Json => format!("{:#}\n", report::json(&key, &scores)),
        Format::Csv => report::csv(&scores)?,
        Format::Markdown => report::markdown(&key, &scores),
        _ => report::table(&key, &scores),
    };
    let mut out = Out::open(target, global.force)?;
    out.write(text.as_bytes())?;
    out.finish(global.force)?;
    for annotator in scores.annotators.iter().filter(|annotator| !annotator.flags.is_empty()) {
        global.ui().warning(format_args!("`{}` {}", annotator.name, annotator.flags.join("; ")));
    }
    Ok(Exit::Done)
}
