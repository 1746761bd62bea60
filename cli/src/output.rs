//! Files that appear whole or not at all, where the writer has to go back to the start or writes two at once.
//!
//! [`toktool::formats::write`] has the simple case.

use std::fs::File;
use std::io::{BufWriter, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile};
pub use toktool::formats::write::check_file;
use toktool::{Error, Result};

use crate::ui::Stdout;

/// A file in the making, beside its target. Dropped before [`Pending::commit`], it leaves nothing behind.
pub struct Pending {
    target: PathBuf,
    file: BufWriter<NamedTempFile>,
}

fn parent(path: &Path) -> &Path {
    path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

impl Pending {
    /// Begins the file that will become `target`.
    pub fn create(target: &Path, force: bool) -> Result<Pending> {
        check_file(target, force)?;
        let mut builder = Builder::new();
        builder.prefix(".toktool-");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            // Temporary files are private unless told otherwise; this one will be an ordinary file.
            builder.permissions(std::fs::Permissions::from_mode(0o666));
        }
        let file = builder.tempfile_in(parent(target)).map_err(|e| Error::io("create", target, e))?;
        Ok(Pending { target: target.to_path_buf(), file: BufWriter::with_capacity(1 << 18, file) })
    }

    pub fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.file.write_all(bytes).map_err(|e| Error::io("write", &self.target, e))
    }

    /// Brings what is written so far to the disk, so that a full one is found before the file has its name.
    pub fn flush(&mut self) -> Result<()> {
        self.file.flush().map_err(|e| Error::io("write", &self.target, e))
    }

    /// Puts `bytes` over the beginning.
    pub fn write_at_start(&mut self, bytes: &[u8]) -> Result<()> {
        let written = self.file.seek(SeekFrom::Start(0)).and_then(|_| self.file.write_all(bytes));
        written.and_then(|()| self.file.seek(SeekFrom::End(0)).map(drop)).map_err(|e| self.error(e))
    }

    /// Gives the file its name.
    pub fn commit(self, force: bool) -> Result<()> {
        check_file(&self.target, force)?;
        let target = self.target;
        let file = self.file.into_inner().map_err(|e| Error::io("write", &target, e.into_error()))?;
        let placed: Result<File, _> = if force { file.persist(&target) } else { file.persist_noclobber(&target) };
        placed.map(drop).map_err(|e| Error::io("write", &target, e.error))
    }

    fn error(&self, e: std::io::Error) -> Error {
        Error::io("write", &self.target, e)
    }
}

/// Where a stream of bytes goes: standard output, or a file that appears when it is whole.
pub enum Out {
    Stdout(Stdout),
    File(Pending),
}

impl Out {
    /// Begins the file, or takes standard output where none is named.
    pub fn open(target: Option<&Path>, force: bool) -> Result<Out> {
        Ok(match target {
            Some(path) => Out::File(Pending::create(path, force)?),
            None => Out::Stdout(Stdout::lock()),
        })
    }

    pub fn write(&mut self, bytes: &[u8]) -> Result<()> {
        match self {
            Out::Stdout(out) => out.write(bytes),
            Out::File(file) => file.write(bytes),
        }
    }

    /// As [`Pending::flush`]; standard output waits for its end.
    pub fn flush(&mut self) -> Result<()> {
        match self {
            Out::Stdout(_) => Ok(()),
            Out::File(file) => file.flush(),
        }
    }

    /// Makes sure that everything is where it belongs.
    pub fn finish(self, force: bool) -> Result<()> {
        match self {
            Out::Stdout(out) => out.finish(),
            Out::File(file) => file.commit(force),
        }
    }
}

/// `FILE.idx`, which goes with the token file `FILE`.
pub fn index_path(target: &Path) -> PathBuf {
    let mut name = target.as_os_str().to_owned();
    name.push(".idx");
    PathBuf::from(name)
}

/// The same for a folder: it may exist if it is empty, and has to be creatable. Leaves no trace.
pub fn check_folder(target: &Path, force: bool) -> Result<()> {
    if target.symlink_metadata().is_ok() {
        if !target.is_dir() {
            return Err(
                Error::config("-o", format!("`{}` is not a folder", target.display())).with_hint("name a folder")
            );
        }
        let mut entries = std::fs::read_dir(target).map_err(|e| Error::io("read", target, e))?;
        if entries.next().is_some() && !force {
            return Err(Error::config("-o", format!("`{}` exists and is not empty", target.display()))
                .with_hint("pass `--force` to write into it, or name another folder"));
        }
    }
    let mut beside = parent(target);
    while !beside.exists() {
        beside = parent(beside);
    }
    let attempt = Builder::new().prefix(".toktool-").tempdir_in(beside);
    attempt.map(drop).map_err(|e| Error::io("create", target, e))
}
