//! Carries a plan out: a folder that appears whole or not at all.
//!
//! Memory: one old matrix in its own type, the mean of its rows and a block of new ones; auxiliary vectors where a method has
//! some. Tensors that stay are copied through a buffer; files that stay are linked.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Map, Value, json};

use super::init::{Context, Part};
use super::matrix::NewRows;
use super::metadata::Remap;
use super::options::Shards;
use super::outliers::Outliers;
use super::pieces::Speller;
use super::plan::{Content, File, Plan};
use super::positions::Positions;
use super::report::Report;
use super::rows::OldRows;
use super::side_files::{self, Template, pretty, tokenizer_files};
use crate::error::{Error, Result};
use crate::formats::write::OutputDir;
use crate::lm::checkpoint::{SafetensorsWriter, TensorSpec};
use crate::observe::{Event, Observer, check};
use crate::vocab::Id;

/// Bytes copied at once.
const PORTION: u64 = 1 << 22;

/// Folders that tokenizer files may lie in: the checkpoint's and the new tokenizer's.
pub type Folders<'a> = (Option<&'a Path>, Option<&'a Path>);

impl Plan<'_> {
    /// Writes the new checkpoint to `target`.
    ///
    /// # Errors
    /// [`Error::Io`], [`Error::Input`] for rows that are no numbers, [`Error::Verify`] for rows that cannot be stored, what
    /// methods and auxiliary spaces report, [`Error::Interrupted`]. Nothing is left behind.
    pub fn write(&self, target: &Path, force: bool, folders: Folders<'_>, observer: &dyn Observer) -> Result<Report> {
        let out = OutputDir::new(target, force)?;
        let report = self.fill(&out, folders, observer).map_err(|e| out.renamed(e))?;
        out.commit()?;
        Ok(report)
    }

    fn fill(&self, out: &OutputDir, folders: Folders<'_>, observer: &dyn Observer) -> Result<Report> {
        let fresh: Vec<Id> = if self.unchanged { Vec::new() } else { self.map.fresh().collect() };
        let strings: Vec<_> = fresh.iter().map(|&id| self.new.inventory.canonical(id)).collect();
        let pieces = Speller::new(self.old, self.vocabulary.rows)?.spell(&strings)?;
        drop(strings);
        let mut cx = Context {
            old: self.old,
            new: self.new,
            map: &self.map,
            fresh: &fresh,
            pieces: &pieces,
            auxiliary: None,
            sources: &self.sources,
            settings: &self.options.settings,
        };
        let auxiliary = match &self.options.aux {
            Some(space) if !self.unchanged => {
                observer.event(Event::Stage { name: "reading vectors of tokens", total: None, unit: "bytes" });
                let own = self.old_rows(&self.vocabulary.input[0])?;
                Some(space.vectors(&cx, &own, observer)?)
            }
            _ => None,
        };
        cx.auxiliary = auxiliary.as_ref();
        check(observer)?;
        let mut methods = [(self.methods[0].build)(cx)?, (self.methods[1].build)(cx)?];
        let mut report = Report::new(self, auxiliary.as_ref());
        if let Some(calibration) = self.options.calibrate.as_ref().filter(|_| !fresh.is_empty()) {
            report.calibration = Some(self.calibrate(&cx, &mut methods, calibration, observer)?);
        }
        let writing = Event::Stage { name: "writing the checkpoint", total: Some(self.bytes()), unit: "bytes" };
        observer.event(writing);
        let mut done = 0;
        let mut progress = |bytes: u64| {
            done += bytes;
            observer.event(Event::Progress(done));
            check(observer)
        };
        let mut weights = BTreeMap::new();
        for (name, file) in &self.files {
            match file {
                File::Same(path) => {
                    self.take_over(path, &out.path().join(name))?;
                    let shard = self.checkpoint.shards.iter().position(|shard| shard.path == *path);
                    let own = self.checkpoint.tensors.iter().filter(|(_, tensor)| Some(tensor.shard) == shard);
                    for (tensor, info) in own {
                        weights.insert(tensor.clone(), name.clone());
                        progress(info.bytes())?;
                    }
                }
                File::New(tensors) => {
                    weights.extend(tensors.iter().map(|(spec, _)| (spec.name.clone(), name.clone())));
                    let shard = self.checkpoint.shards.iter().find(|shard| shard.name == *name);
                    let mut metadata = shard.map(|shard| shard.metadata.clone()).unwrap_or_default();
                    metadata.entry("format".to_owned()).or_insert_with(|| "pt".to_owned());
                    let specs: Vec<TensorSpec> = tensors.iter().map(|(spec, _)| spec.clone()).collect();
                    let mut writer = SafetensorsWriter::create(&out.path().join(name), specs, &metadata)?;
                    for (spec, content) in tensors {
                        let mut write = |bytes: &[u8]| progress(bytes.len() as u64).and_then(|()| writer.write(bytes));
                        match content {
                            Content::Rows(old, part) => {
                                let old = self.old_rows(old)?;
                                let init = &mut methods[usize::from(*part == Part::Head)];
                                init.fit(&old, *part, observer)?;
                                observer.event(writing);
                                let rows = NewRows {
                                    old: &old,
                                    map: &self.map,
                                    fresh: &fresh,
                                    init: &**init,
                                    part: *part,
                                    count: self.rows,
                                    dtype: spec.dtype.clone(),
                                };
                                let made = rows.each_block(write)?;
                                let outliers = Outliers::of(&old, self.old.bound(), &made.norms, self.new);
                                report.take(spec, *part, made, outliers, self.new);
                            }
                            other => self.old_numbers(spec, other, &mut write)?,
                        }
                    }
                    writer.finish()?;
                }
            }
        }
        if let Some(index) = &self.checkpoint.index {
            self.index(&index.name, &index.json, &weights, out)?;
        }
        self.small_files(out, folders, &mut report)?;
        out.write("transplant_report.json", &pretty(&report.json())?)?;
        check(observer)?;
        Ok(report)
    }

    /// A matrix whose rows below the old tokenizer's size have to be numbers.
    pub(super) fn old_rows(&self, name: &str) -> Result<OldRows> {
        OldRows::read(self.checkpoint, name, self.old.bound())
    }

    fn take_over(&self, from: &Path, to: &Path) -> Result<()> {
        let linked = self.options.shards == Shards::Link && std::fs::hard_link(from, to).is_ok();
        if linked { Ok(()) } else { copy(from, to) }
    }

    /// Numbers that are not made but taken from the old checkpoint.
    fn old_numbers(
        &self,
        spec: &TensorSpec,
        content: &Content,
        write: &mut dyn FnMut(&[u8]) -> Result<()>,
    ) -> Result<()> {
        match content {
            Content::Copy(name) => self.checkpoint.each_portion(name, PORTION, write),
            Content::Positions(name) => {
                let Some(positions) = &self.positions else { return Ok(()) };
                write(&moved(positions, &self.checkpoint.raw_rows(name, 0..self.checkpoint.info(name)?.rows())?))
            }
            Content::Convert(name) | Content::Rows(name, _) => {
                let info = self.checkpoint.info(name)?;
                let block = (PORTION as usize / 4 / info.columns().max(1)).max(1);
                let mut bytes = Vec::new();
                for start in (0..info.rows()).step_by(block) {
                    bytes.clear();
                    let numbers = self.checkpoint.rows(name, start..(start + block).min(info.rows()))?;
                    spec.dtype.encode(&numbers, &mut bytes)?;
                    write(&bytes)?;
                }
                Ok(())
            }
        }
    }

    /// The index of the shards, with what is new.
    fn index(
        &self,
        name: &str,
        old: &Map<String, Value>,
        weights: &BTreeMap<String, String>,
        out: &OutputDir,
    ) -> Result<()> {
        let mut index = old.clone();
        index.insert("weight_map".to_owned(), json!(weights));
        let metadata = index.entry("metadata").or_insert_with(|| json!({}));
        if let Some(metadata) = metadata.as_object_mut() {
            metadata.insert("total_size".to_owned(), Value::from(self.bytes()));
            // It counted the old rows.
            metadata.shift_remove("total_parameters");
        }
        out.write(name, &pretty(&index)?)
    }

    fn small_files(&self, out: &OutputDir, folders: Folders<'_>, report: &mut Report) -> Result<()> {
        let source = self.checkpoint.path.is_dir().then_some(self.checkpoint.path.as_path());
        for (name, path) in source.map(files_in).transpose()?.unwrap_or_default() {
            let own = self.unchanged && side_files::of_tokenizer(&name);
            if side_files::comes_along(&name) || own {
                copy(&path, &out.path().join(&name))?;
            }
        }
        let sizes = (self.vocabulary.vocab_size, self.rows);
        let remap = Remap::new(&self.map, self.old, self.new, sizes);
        let mut config = self.config();
        if !self.unchanged {
            report.changed.extend(remap.apply("config.json", &mut config));
        }
        let generation = source.map(|folder| folder.join("generation_config.json")).filter(|path| path.exists());
        if let Some(path) = generation {
            let bytes = std::fs::read(&path).map_err(|e| Error::io("read", &path, e))?;
            let mut generation: Map<String, Value> =
                serde_json::from_slice(&bytes).map_err(|e| Error::input(&path, format!("not a configuration: {e}")))?;
            if !self.unchanged {
                report.changed.extend(remap.apply("generation_config.json", &mut generation));
            }
            out.write("generation_config.json", &pretty(&generation)?)?;
        }
        out.write("config.json", &pretty(&config)?)?;
        let has_own = out.path().join("tokenizer.json").exists();
        if !(self.unchanged && has_own) {
            let length = self.checkpoint.text_config().get("max_position_embeddings").and_then(Value::as_u64);
            let of_model = folders.0.and_then(side_files::template).or_else(|| self.checkpoint.chat_template.clone());
            let templates = [of_model, folders.1.and_then(side_files::template)];
            let made = tokenizer_files(self.old, self.new, templates, self.options.chat_template, length)?;
            for (name, bytes) in &made.files {
                out.write(name, bytes)?;
            }
            report.template = made.template;
            report.bos_added = made.bos_added;
        } else {
            report.template = Template { taken_from: None, missing: Vec::new() };
        }
        out.write("MODEL_CARD.md", report.model_card(self).as_bytes())
    }
}

/// Copies a file. What goes wrong after it was opened is mostly the target's: a full disk.
fn copy(from: &Path, to: &Path) -> Result<()> {
    std::fs::File::open(from).map_err(|e| Error::io("read", from, e))?;
    std::fs::copy(from, to).map(drop).map_err(|e| Error::io("write", to, e))
}

/// The files of a folder, by name.
fn files_in(folder: &Path) -> Result<Vec<(String, std::path::PathBuf)>> {
    let io = |e| Error::io("read", folder, e);
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(io)? {
        let entry = entry.map_err(io)?;
        if entry.path().is_file() {
            files.push((entry.file_name().to_string_lossy().into_owned(), entry.path()));
        }
    }
    files.sort();
    Ok(files)
}

/// A table of positions with its first position elsewhere.
fn moved(positions: &Positions, old: &[u8]) -> Vec<u8> {
    let (from, to) = positions.first;
    let row = old.len() / (positions.rows + from - to).max(1);
    let padding = &old[(from - 1) * row..from * row];
    let mut new = padding.repeat(to);
    new.extend_from_slice(&old[from * row..]);
    new
}
