//! Opens a lexicon: that of a language, or a file.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use toktool::morph::lexical::{Entries, Folding, WordList};
use toktool::morph::{self, Lexical};
use toktool::{Error, Result};

use super::hunspell::{Fault, Hunspell};
use crate::packed;

/// Where a lexicon comes from.
#[derive(Debug, Clone, Copy)]
pub enum Source<'a> {
    /// The grammar of the language.
    Language,
    /// A list with one word a line, or the `.dic` of a Hunspell dictionary whose `.aff` stands beside it. Either may be
    /// packed: `.gz`, `.zst`.
    File(&'a Path, Entries),
}

/// The lexicon of `lang` at `source`. Files fold as is usual in the language.
///
/// # Errors
/// [`Error::Config`] for a language without lexicon, saying what is needed; [`Error::Io`] and [`Error::Input`] for a file.
pub fn open(lang: &str, source: Source<'_>) -> Result<Arc<dyn Lexical>> {
    let (path, entries) = match source {
        Source::Language => return morph::lexical(lang),
        Source::File(path, entries) => (path, entries),
    };
    let folding = Folding::of(lang);
    let bytes = packed::bytes(path)?;
    let file = path.file_name().map_or_else(|| "list".into(), |name| name.to_string_lossy().into_owned());
    if unpacked(path).extension().is_some_and(|e| e.eq_ignore_ascii_case("dic")) {
        let affixes = affixes(path)?;
        let name = format!("Hunspell {file}");
        let hunspell =
            Hunspell::new(&packed::bytes(&affixes)?, &bytes, &name, folding).map_err(|fault| match fault {
                Fault::Aff(error) => error.in_file(&affixes),
                Fault::Dic(error) => error.in_file(path),
            })?;
        return Ok(Arc::new(hunspell));
    }
    let list = WordList::from_bytes(&bytes, &file, entries, folding).map_err(|e| e.in_file(path))?;
    Ok(Arc::new(list))
}

/// The path without the extension of a packer.
fn unpacked(path: &Path) -> PathBuf {
    let packed = path.extension().is_some_and(|e| e == "gz" || e == "zst");
    if packed { path.with_extension("") } else { path.to_owned() }
}

/// The `.aff` beside a `.dic`, packed or not.
fn affixes(dic: &Path) -> Result<PathBuf> {
    let plain = unpacked(dic).with_extension("aff");
    let with = |extension: &str| PathBuf::from(format!("{}{extension}", plain.display()));
    let candidates = [plain.clone(), with(".zst"), with(".gz")];
    candidates.into_iter().find(|path| path.is_file()).ok_or_else(|| {
        Error::input(dic, format!("there is no `{}` beside it", plain.display()))
            .with_hint("a Hunspell dictionary is two files of one name, .dic and .aff")
    })
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn lists_and_dictionaries_are_told_apart_by_name_and_may_be_packed() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::write(at("roots.txt"), "ev\nlar\n").unwrap();
        std::fs::write(at("roots.txt.zst"), zstd::encode_all(&b"ev\nlar\n"[..], 1).unwrap()).unwrap();
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(b"ev\nlar\n").unwrap();
        std::fs::write(at("roots.tsv.gz"), gzip.finish().unwrap()).unwrap();
        for name in ["roots.txt", "roots.txt.zst", "roots.tsv.gz"] {
            let list = open("tr", Source::File(&at(name), Entries::Morphemes)).unwrap();
            assert!(list.is_morpheme("EV") && !list.is_word("evlar") && list.name().starts_with(name), "{name}");
        }
        std::fs::write(at("tr.dic"), "1\nev/1\n").unwrap();
        let lonely = open("tr", Source::File(&at("tr.dic"), Entries::Words)).unwrap_err();
        assert!(lonely.to_string().contains("tr.aff` beside it") && lonely.hint().is_some(), "{lonely}");
        std::fs::write(at("tr.aff.zst"), zstd::encode_all(&b"SFX 1 Y 1\nSFX 1 0 ler .\n"[..], 1).unwrap()).unwrap();
        let hunspell = open("tr", Source::File(&at("tr.dic"), Entries::Words)).unwrap();
        assert!(hunspell.is_word("evler") && hunspell.is_morpheme("ler"));
    }

    #[test]
    fn what_is_wrong_is_said_of_the_file_it_is_in() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::write(at("bad.txt"), b"ev\n\xff\n").unwrap();
        let error = open("tr", Source::File(&at("bad.txt"), Entries::Words)).unwrap_err();
        assert!(error.to_string().contains("bad.txt`, byte 3: invalid UTF-8"), "{error}");
        std::fs::write(at("empty.txt"), b"\n").unwrap();
        let error = open("tr", Source::File(&at("empty.txt"), Entries::Words)).unwrap_err();
        assert!(error.to_string().contains("empty.txt`: the list has no entry"), "{error}");
        std::fs::write(at("x.dic"), b"1\nev\n").unwrap();
        std::fs::write(at("x.aff"), b"SET UTF-8\n\xff").unwrap();
        let error = open("tr", Source::File(&at("x.dic"), Entries::Words)).unwrap_err();
        assert!(error.to_string().contains("x.aff`, byte 10"), "{error}");
        std::fs::write(at("bad.txt.zst"), b"no zstd").unwrap();
        let error = open("tr", Source::File(&at("bad.txt.zst"), Entries::Words)).unwrap_err();
        assert!(
            error.to_string().contains("bad.txt.zst`: the Zstandard data is damaged") && error.hint().is_some(),
            "{error}"
        );
        assert!(open("xx", Source::Language).unwrap_err().hint().unwrap().contains("--lexicon"));
        assert!(open("hi", Source::Language).is_ok());
    }
}
