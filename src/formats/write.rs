//! Outputs that appear whole or not at all.
//!
//! Everything is written beside the target under a temporary name and renamed when it is complete, so that a run that
//! fails or is killed never leaves half a file under the name that was asked for. What exists is replaced only with
//! `force`. A forced folder is not one atomic step: its files are moved in one by one, each of them whole.

use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};
use tempfile::{Builder, NamedTempFile, TempDir};

use super::hf;
use crate::error::{Error, Result};
use crate::tokenizer::Tokenizer;

/// The folder that a path lies in.
fn parent(path: &Path) -> &Path {
    match path.parent() {
        Some(p) if !p.as_os_str().is_empty() => p,
        _ => Path::new("."),
    }
}

fn exists(path: &Path) -> Error {
    Error::config("-o", format!("`{}` exists already", path.display()))
        .with_hint("pass `--force` to replace it, or name another output")
}

/// Whether a file may be written under a name: for asking before the work, so that hours are not lost.
///
/// # Errors
/// [`Error::Config`] when something is there and `force` is off, or when it is no file: a folder, or a device or pipe,
/// which would be replaced rather than written to.
pub fn check_file(path: &Path, force: bool) -> Result<()> {
    if path.symlink_metadata().is_err() {
        return Ok(());
    }
    let refuse = |what| Err(Error::config("-o", format!("`{}` is {what}", path.display())).with_hint("name a file"));
    match path.metadata() {
        Ok(found) if found.is_dir() => refuse("a folder"),
        Ok(found) if !found.is_file() => refuse("no file but a device or a pipe"),
        _ if !force => Err(exists(path)),
        _ => Ok(()),
    }
}

/// Writes a file: `write` fills a temporary file beside `path`, which then takes its name.
///
/// # Errors
/// [`Error::Config`] as [`check_file`] says; [`Error::Io`] from the system; what `write` returns.
pub fn write_file_atomic(
    path: &Path,
    force: bool,
    write: impl FnOnce(&mut (dyn Write + Send)) -> Result<()>,
) -> Result<()> {
    check_file(path, force)?;
    let io = |e: io::Error| Error::io("write", path, e);
    let mut out = BufWriter::new(temporary(parent(path)).map_err(io)?);
    write(&mut out)?;
    let file = out.into_inner().map_err(|e| io(e.into_error()))?;
    readable(file.as_file()).map_err(io)?;
    let placed = if force { file.persist(path).map(drop) } else { file.persist_noclobber(path).map(drop) };
    match placed {
        Ok(()) => Ok(()),
        Err(e) if e.error.kind() == io::ErrorKind::AlreadyExists => Err(exists(path)),
        Err(e) => Err(io(e.error)),
    }
}

fn temporary(folder: &Path) -> io::Result<NamedTempFile> {
    Builder::new().prefix(".toktool-").tempfile_in(folder)
}

/// A temporary file is private; a result has the mode of an ordinary new file.
#[cfg(unix)]
fn readable(file: &fs::File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    file.set_permissions(fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn readable(_: &fs::File) -> io::Result<()> {
    Ok(())
}

/// A folder in the making, beside its target. Dropped before [`OutputDir::commit`], it leaves nothing behind.
#[derive(Debug)]
pub struct OutputDir {
    target: PathBuf,
    force: bool,
    temporary: TempDir,
}

impl OutputDir {
    /// Starts a folder that will become `target`; parents are created.
    ///
    /// # Errors
    /// [`Error::Config`] when `target` holds something and `force` is off, or is no folder; [`Error::Io`].
    pub fn new(target: &Path, force: bool) -> Result<OutputDir> {
        check_target(target, force)?;
        let beside = parent(target);
        let io = |e: io::Error| Error::io("create", target, e);
        fs::create_dir_all(beside).map_err(io)?;
        let temporary = Builder::new().prefix(".toktool-").tempdir_in(beside).map_err(io)?;
        Ok(OutputDir { target: target.to_path_buf(), force, temporary })
    }

    /// Where to write meanwhile.
    pub fn path(&self) -> &Path {
        self.temporary.path()
    }

    /// Writes one file into it; `name` may have folders in it, which are created.
    ///
    /// # Errors
    /// [`Error::Io`] naming the file as it would have been called.
    pub fn write(&self, name: &str, bytes: &[u8]) -> Result<()> {
        let path = self.path().join(name);
        fs::create_dir_all(parent(&path))
            .and_then(|()| fs::write(&path, bytes))
            .map_err(|e| Error::io("write", self.target.join(name), e))
    }

    /// An error about a file in the making, about the file as it would have been called.
    #[must_use]
    pub fn renamed(&self, mut error: Error) -> Error {
        if let Error::Io { path, .. } | Error::Input { path, .. } = &mut error
            && let Ok(name) = path.strip_prefix(self.path())
        {
            *path = self.target.join(name);
        }
        error
    }

    /// Gives the folder its name. With `force` over a folder that holds something, files are moved in one by one, and
    /// those of other names stay.
    ///
    /// # Errors
    /// As [`OutputDir::new`], should the target have changed meanwhile.
    pub fn commit(self) -> Result<()> {
        let OutputDir { target, force, temporary } = self;
        check_target(&target, force)?;
        let io = |e: io::Error| Error::io("write", &target, e);
        let occupied = target.is_dir() && fs::read_dir(&target).map_err(io)?.next().is_some();
        if occupied {
            return move_into(temporary.path(), &target);
        }
        opened(temporary.path()).map_err(io)?;
        // Unix renames over an empty folder; elsewhere it has to go first, which only an empty one does.
        let renamed = fs::rename(temporary.path(), &target);
        renamed
            .or_else(|e| if target.is_dir() { rename_over(temporary.path(), &target) } else { Err(e) })
            .map_err(io)?;
        // It is the target now, not a temporary folder to remove.
        let _ = temporary.keep();
        Ok(())
    }
}

fn check_target(target: &Path, force: bool) -> Result<()> {
    match target.symlink_metadata() {
        Err(_) => Ok(()),
        Ok(_) if !target.is_dir() => {
            Err(Error::config("-o", format!("`{}` is not a folder", target.display())).with_hint("name a folder"))
        }
        Ok(_) => {
            let mut entries = fs::read_dir(target).map_err(|e| Error::io("read", target, e))?;
            if force || entries.next().is_none() { Ok(()) } else { Err(exists(target)) }
        }
    }
}

/// A temporary folder is private; a result has the mode of an ordinary new folder.
#[cfg(unix)]
fn opened(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(folder, fs::Permissions::from_mode(0o755))
}

#[cfg(not(unix))]
fn opened(_: &Path) -> io::Result<()> {
    Ok(())
}

fn rename_over(from: &Path, to: &Path) -> io::Result<()> {
    fs::remove_dir(to)?;
    fs::rename(from, to)
}

/// Moves everything in `from` into `to`, folder by folder.
fn move_into(from: &Path, to: &Path) -> Result<()> {
    for entry in fs::read_dir(from).map_err(|e| Error::io("read", from, e))? {
        let entry = entry.map_err(|e| Error::io("read", from, e))?;
        let (source, place) = (entry.path(), to.join(entry.file_name()));
        if source.is_dir() {
            fs::create_dir_all(&place).map_err(|e| Error::io("create", &place, e))?;
            move_into(&source, &place)?;
        } else {
            fs::rename(&source, &place).map_err(|e| Error::io("write", &place, e))?;
        }
    }
    Ok(())
}

/// The files of a Hugging Face tokenizer folder: `tokenizer.json`, `tokenizer_config.json` and
/// `special_tokens_map.json`, as (name, bytes). No length limit is stated. `roles` are pairs of a role (`bos`, `eos`,
/// `unk`, `pad`, `sep`, `cls`, `mask`) and the token that has it.
///
/// # Errors
/// As [`hf::write_string`]; [`Error::Config`] for a role that Hugging Face does not know.
pub fn folder_files(tokenizer: &Tokenizer, roles: &[(String, String)]) -> Result<Vec<(&'static str, Vec<u8>)>> {
    let json = hf::write_string(tokenizer)?;
    let mut decoder = Map::new();
    let mut added: Vec<_> = tokenizer.added.iter().collect();
    added.sort_by_key(|a| a.id);
    for a in added {
        let entry = json!({"content": a.content, "lstrip": a.lstrip, "normalized": a.normalized, "rstrip": a.rstrip,
            "single_word": a.single_word, "special": a.special});
        decoder.insert(a.id.to_string(), entry);
    }
    let mut special = Map::new();
    for (role, token) in roles {
        if !["bos", "eos", "unk", "pad", "sep", "cls", "mask"].contains(&role.as_str()) {
            return Err(Error::config("--special", format!("`{role}` is not a role"))
                .with_hint("roles are bos, eos, unk, pad, sep, cls and mask"));
        }
        special.insert(format!("{role}_token"), Value::String(token.clone()));
    }
    let mut config = Map::new();
    config.insert("added_tokens_decoder".into(), Value::Object(decoder));
    config.extend(special.clone());
    config.insert("clean_up_tokenization_spaces".into(), Value::Bool(false));
    config.insert("tokenizer_class".into(), Value::String("PreTrainedTokenizerFast".into()));
    Ok(vec![
        ("tokenizer.json", json.into_bytes()),
        ("tokenizer_config.json", pretty(config)?),
        ("special_tokens_map.json", pretty(special)?),
    ])
}

fn pretty(object: Map<String, Value>) -> Result<Vec<u8>> {
    let mut bytes = serde_json::to_vec_pretty(&Value::Object(object)).map_err(hf::json_error)?;
    bytes.push(b'\n');
    Ok(bytes)
}

#[cfg(test)]
mod tests;
