//! Text that comes with the program, so that every command has something to work on.
//!
//! It was written for this project (CC0): several genres a language, in two disjoint parts, one to train on and one to
//! judge by. It is small, and figures measured on it say little about a language.

/// Languages with a sample, by their ISO 639-1 code.
pub const LANGUAGES: [&str; 4] = ["tr", "hi", "mr", "en"];

/// The part to train on: a document per line.
pub fn train(lang: &str) -> Option<&'static str> {
    Some(match lang {
        "tr" => include_str!("../data/tr/sample-train.txt"),
        "hi" => include_str!("../data/hi/sample-train.txt"),
        "mr" => include_str!("../data/mr/sample-train.txt"),
        "en" => include_str!("../data/en/sample-train.txt"),
        _ => return None,
    })
}

/// The part to judge by: a document per line, none of which is in the other part.
pub fn eval(lang: &str) -> Option<&'static str> {
    Some(match lang {
        "tr" => include_str!("../data/tr/sample-eval.txt"),
        "hi" => include_str!("../data/hi/sample-eval.txt"),
        "mr" => include_str!("../data/mr/sample-eval.txt"),
        "en" => include_str!("../data/en/sample-eval.txt"),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn both_parts_are_there_large_enough_and_disjoint() {
        for lang in LANGUAGES {
            let (train, eval) = (train(lang).unwrap(), eval(lang).unwrap());
            assert!(train.len() >= 60_000 && eval.len() >= 15_000, "{lang}: {} and {}", train.len(), eval.len());
            let seen: HashSet<&str> = train.lines().filter(|l| !l.trim().is_empty()).collect();
            assert!(eval.lines().all(|l| !seen.contains(l)), "{lang}");
        }
        assert!(super::train("xx").is_none() && super::eval("").is_none());
    }
}
