//! Files of the user's that may be packed, told by their first bytes or their name.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use toktool::error::Place;
use toktool::{Error, Result};

/// More text than this is no list of words; it also bounds what a small packed file can unpack to.
const LARGEST: u64 = 1 << 30;

/// The whole text.
///
/// # Errors
/// Those of [`bytes`]; [`Error::Input`] for invalid UTF-8.
pub fn text(path: &Path) -> Result<String> {
    String::from_utf8(bytes(path)?).map_err(|e| {
        let at = Place::Byte(e.utf8_error().valid_up_to() as u64);
        Error::input(path, "invalid UTF-8").at(at).with_hint("convert the file to UTF-8")
    })
}

/// All bytes, unpacked.
///
/// # Errors
/// [`Error::Io`]; [`Error::Input`] for damaged packing and too much text.
pub fn bytes(path: &Path) -> Result<Vec<u8>> {
    let io = |e| Error::io("read", path, e);
    let mut start = Vec::new();
    File::open(path).and_then(|file| file.take(4).read_to_end(&mut start)).map_err(io)?;
    let file = BufReader::new(File::open(path).map_err(io)?);
    let named = |extension: &str| path.extension().is_some_and(|e| e.eq_ignore_ascii_case(extension));
    let mut bytes = Vec::new();
    let (packing, done) = if start.starts_with(&[0x1f, 0x8b]) || named("gz") {
        ("gzip", flate2::bufread::MultiGzDecoder::new(file).take(LARGEST + 1).read_to_end(&mut bytes))
    } else if start == [0x28, 0xb5, 0x2f, 0xfd] || named("zst") {
        let done =
            zstd::Decoder::with_buffer(file).and_then(|decoder| decoder.take(LARGEST + 1).read_to_end(&mut bytes));
        ("Zstandard", done)
    } else {
        ("", file.take(LARGEST + 1).read_to_end(&mut bytes))
    };
    match done {
        Err(e) if packing.is_empty() => Err(io(e)),
        Err(e) => Err(Error::input(path, format!("the {packing} data is damaged: {e}"))
            .with_hint("fetch the file again, or unpack it by hand to see how far it goes")),
        Ok(_) if bytes.len() as u64 > LARGEST => {
            Err(Error::input(path, "it holds more than 1 GiB of text, which no list of words does"))
        }
        Ok(_) => Ok(bytes),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn packed_files_are_told_by_their_bytes() {
        let folder = tempfile::tempdir().unwrap();
        let plain = "evler\tev ler\n";
        let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        gz.write_all(plain.as_bytes()).unwrap();
        let gz = gz.finish().unwrap();
        let zst = zstd::encode_all(plain.as_bytes(), 3).unwrap();
        for (name, bytes) in [("a", plain.as_bytes()), ("b.txt", &gz), ("c", &zst)] {
            let path = folder.path().join(name);
            std::fs::write(&path, bytes).unwrap();
            assert_eq!(text(&path).unwrap(), plain, "{name}");
        }
        for (name, bytes, why) in [
            ("d", &gz[..gz.len() - 6], "gzip data is damaged"),
            ("e", &zst[..zst.len() - 4], "Zstandard data is damaged"),
            ("f", b"ev\xff".as_slice(), "invalid UTF-8"),
        ] {
            let path = folder.path().join(name);
            std::fs::write(&path, bytes).unwrap();
            let error = text(&path).unwrap_err();
            assert!(error.to_string().contains(why) && error.hint().is_some(), "{error}");
        }
        assert!(matches!(text(&folder.path().join("absent")), Err(Error::Io { .. })));
    }
}
