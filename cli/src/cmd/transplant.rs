//! `toktool transplant`: a checkpoint with another tokenizer.

mod derived;
mod options;

use std::path::Path;

use toktool::lm::checkpoint::Checkpoint;
use toktool::transplant::init::METHODS;
use toktool::transplant::{Plan, Report, Side};
use toktool::{Error, Result, formats};

use crate::args::{self, Global};
use crate::describe::grouped;
use crate::exit::Exit;
use crate::output;
use crate::progress::Progress;
use crate::ui;

pub use self::options::Transplant;

pub fn run(args: &Transplant, global: &Global) -> Result<Exit> {
    if args.list {
        return list();
    }
    let Some(path) = &args.checkpoint else { return Ok(Exit::Done) };
    if let (Some(target), false) = (&args.output, args.dry_run) {
        output::check_folder(target, global.force)?;
    }
    if let Some(report) = &args.report {
        output::check_file(report, global.force)?;
    }
    global.in_pool(|| work(args, global, path))??;
    Ok(Exit::Done)
}

fn list() -> Result<Exit> {
    let width = METHODS.iter().map(|method| method.name.len()).max().unwrap_or(0);
    for method in METHODS {
        ui::print(&format!(
            "{:width$}  {}\n{:width$}  needs {}; {}\n",
            method.name,
            method.about,
            "",
            method.needs.name(),
            method.source
        ))?;
    }
    Ok(Exit::Done)
}

fn work(args: &Transplant, global: &Global, path: &Path) -> Result<()> {
    let checkpoint = Checkpoint::open(path)?;
    let own = args.old_tokenizer.as_deref().unwrap_or(path);
    let given = args.tokenizer.as_deref();
    // Where no other tokenizer is given, a pattern can only be the own one's.
    let pattern = args.pattern.as_deref().filter(|_| given.is_none());
    let mut old = Side::new(formats::read(own, pattern)?, folder(own))?;
    old.take_roles(checkpoint.text_config());
    let options = args.options(global);
    let derived = derived::asked(args, global, &checkpoint, &old)?;
    let new_path = given.map(args::tokenizer_path);
    let new = match given {
        Some(given) => {
            let tokenizer = args::read_tokenizer(given, args.pattern.as_deref())?;
            Some(Side::new(tokenizer, new_path.as_deref().and_then(folder))?)
        }
        None => None,
    };
    let plan = match (&derived, &new) {
        (Some((derived, _)), _) => Plan::of_derived(&checkpoint, &old, derived, &options)?,
        (None, Some(new)) => Plan::new(&checkpoint, &old, new, &options)?,
        (None, None) => return Ok(()),
    };
    if args.dry_run {
        return dry_run(&plan);
    }
    let Some(target) = &args.output else { return Ok(()) };
    let progress = Progress::new(global.ui());
    let report = plan.write(target, global.force, (folder(path), new_path.as_deref().and_then(folder)), &progress)?;
    progress.clear();
    if let Some(file) = &args.report {
        let text = serde_json::to_string_pretty(&report.json()).unwrap_or_default();
        formats::write::write_file_atomic(file, global.force, |out| {
            writeln!(out, "{text}").map_err(|e| Error::io("write", file, e))
        })?;
    }
    summary(global, &plan, &report, path, target);
    if let Some((_, said)) = &derived {
        derived::summary(global.ui(), &report, args.extend.as_deref().unwrap_or(path));
        said.iter().for_each(|line| global.ui().summary(line));
    }
    Ok(())
}

fn folder(path: &Path) -> Option<&Path> {
    if path.is_dir() { Some(path) } else { path.parent().filter(|_| path.extension().is_some_and(|e| e == "json")) }
}

/// `n` tokens of what kind.
fn overlap(plan: &Plan<'_>) -> String {
    let o = &plan.map.overlap;
    let copied = o.text + o.bytes + o.special;
    format!(
        "{} of {} tokens have a row: {} of text, {} of one byte, {} special; {} are new, {} special ones have no counterpart (raw strings would match {})",
        grouped(copied),
        grouped(o.tokens),
        grouped(o.text),
        grouped(o.bytes),
        grouped(o.special),
        grouped(o.new),
        grouped(o.unmapped),
        grouped(o.raw)
    )
}

fn dry_run(plan: &Plan<'_>) -> Result<()> {
    let mut out = format!("tokens\t{}\n", overlap(plan));
    for (name, old, new) in plan.changed_tensors() {
        out.push_str(&format!("tensor\t{name}\t{old:?} -> {new:?}\n"));
    }
    plan.rewritten().for_each(|name| out.push_str(&format!("rewrite\t{name}\n")));
    plan.untouched().for_each(|name| out.push_str(&format!("keep\t{name}\n")));
    out.push_str(&format!("bytes\t{}\n", plan.bytes()));
    ui::print(&out)
}

fn summary(global: &Global, plan: &Plan<'_>, report: &Report, path: &Path, target: &Path) {
    let ui = global.ui();
    ui.summary(format_args!(
        "`{}` -> `{}`: {} -> {} rows, {} -> {} bytes",
        path.display(),
        target.display(),
        grouped(plan.vocabulary.rows as u64),
        grouped(plan.rows as u64),
        grouped(report.bytes[0]),
        grouped(report.bytes[1])
    ));
    ui.summary(overlap(plan));
    if plan.unchanged {
        ui.summary("the vocabulary is the same: no tensor was changed");
        return;
    }
    let vectors = match &report.aux {
        Some((name, old, fresh)) => {
            format!("{name}, {} old and {} new tokens", grouped(*old as u64), grouped(*fresh as u64))
        }
        None => "none".to_owned(),
    };
    ui.summary(format_args!("new rows: `{}`, head `{}`; aux: {vectors}", report.methods[0], report.methods[1]));
    if let Some(done) = &report.calibration {
        ui.summary(format_args!(
            "calibrated on {} tokens in {:.0} s; {} held-out tokens: {:.4} -> {:.4} bits/byte",
            grouped(done.tokens),
            done.seconds,
            grouped(done.held_out),
            done.before,
            done.after
        ));
    }
    let [rewritten, untouched] = &report.files;
    ui.summary(format_args!("files: {} written, {} taken over as they are", rewritten.len(), untouched.len()));
    if report.bos_added {
        ui.summary("texts begin with BOS now, as the model is used to");
    }
    for (file, key, lost) in report.lost() {
        ui.warning(format_args!("`{file}`: `{key}` named {lost:?}, which nothing in the new tokenizer stands for"));
    }
    if !report.template.missing.is_empty() {
        ui.warning(format_args!(
            "the model's chat template writes {}, which the new tokenizer lacks; template taken from: {}",
            report.template.missing.join(", "),
            report.template.taken_from.unwrap_or("nowhere")
        ));
    }
    for (matrix, outliers) in report.too_large() {
        let shown: Vec<String> = outliers.examples.iter().take(3).map(|row| format!("`{}`", row.token)).collect();
        ui.warning(format_args!(
            "`{}`: {} new rows are far larger than the model's own (norm above {:.3}, as {} of its rows are), such as {}; transplant_report.json lists more",
            matrix.name,
            grouped(outliers.large),
            outliers.above,
            grouped(outliers.large_old),
            shown.join(", ")
        ));
    }
    if !report.rowless.is_empty() {
        ui.warning(format_args!("old tokens without a row: {}", report.rowless.join(", ")));
    }
}
