//! Makes `data/hi/stems.tsv.zst` and `data/mr/stems.tsv.zst`:
//! `cargo run --release --example indic_stems -- hi|mr TEXT... > data/hi/stems.tsv.zst`.
//!
//! A text is plain. `data/rebuild-stems.sh` calls this with the files that `data/hi/inputs.tsv` or `data/mr/inputs.tsv` names.

use std::error::Error;
use std::io::Write as _;

use toktool::morph::hindi::{Fit, Hindi};
use toktool::morph::marathi::Marathi;

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let lang = args.next().ok_or("name the language: `hi` or `mr`")?;
    let texts = args.map(std::fs::read_to_string).collect::<Result<Vec<_>, _>>()?;
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let stems = match &*lang {
        "hi" => Hindi::fit(&texts, &Fit::default()),
        "mr" => Marathi::fit(&texts, &Fit::default()),
        other => return Err(format!("no language `{other}`: `hi` or `mr`").into()),
    };
    let packed = zstd::encode_all(stems.as_bytes(), 19)?;
    eprintln!("{} rows, {} bytes, {} packed", stems.lines().count(), stems.len(), packed.len());
    std::io::stdout().write_all(&packed)?;
    Ok(())
}
