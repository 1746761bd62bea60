//! What the baselines of characters and bytes come to, without a token for each of them.

use crate::counts::Counts;
use crate::page::Page;

/// Adds up a document cut between all characters, or between all bytes. Equal to [`crate::tally::observe`] on those tokens.
pub fn observe(text: &str, page: &Page, bytes: bool, counts: &mut Counts) {
    let length = |&(start, end): &(u32, u32)| {
        let part = &text[start as usize..end as usize];
        (if bytes { part.len() } else { part.chars().count() }) as u64
    };
    counts.documents += 1;
    counts.bytes += text.len() as u64;
    counts.chars += page.chars;
    counts.tokens += if bytes { text.len() as u64 } else { page.chars };
    counts.space_words += page.space_words;
    counts.words += page.words.len() as u64;
    for word in &page.words {
        let tokens = length(word);
        counts.word_tokens += tokens;
        counts.continued_words += u64::from(tokens > 1);
    }
    counts.identifiers += page.identifiers.len() as u64;
    counts.split_identifiers += page.identifiers.len() as u64;
    counts.clusters += page.clusters.len() as u64;
    counts.split_clusters += page.clusters.len() as u64;
    counts.wide_chars += page.wide_chars;
    counts.split_chars += if bytes { page.wide_chars } else { 0 };
    if page.indent > 0 {
        counts.indents += 1;
        counts.indent_tokens += length(&(0, page.indent));
    }
    for number in &page.numbers {
        let digits = u64::from((number.span.1 - number.span.0) / number.width);
        let groups = (digits - 1) / 3;
        counts.digit_groups += groups;
        counts.digit_hits += groups;
        counts.digit_cuts += if bytes { digits * u64::from(number.width) - 1 } else { digits - 1 };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::subject::{Baseline, Subject};
    use crate::tally;
    use proptest::prelude::*;
    use toktool::encode::Scratch;

    proptest! {
        #[test]
        fn equals_the_tokens_one_by_one(text in "(  |ev|ş|कि|क्ष|a_b|camelCase|12345|१२३४|\\r\\n|, |x){0,12}") {
            let mut page = Page::default();
            page.read(&text);
            for (bytes, baseline) in [(false, Baseline::Characters), (true, Baseline::Bytes)] {
                let subject = Subject::baseline(baseline);
                let tokens = subject.tokens(&text, &mut Scratch::default(), &mut Vec::new()).unwrap();
                let (mut slow, mut fast) = (Counts::default(), Counts::default());
                tally::observe(&text, &page, &tokens, &mut slow);
                observe(&text, &page, bytes, &mut fast);
                prop_assert_eq!(slow, fast, "{:?}", baseline);
            }
        }
    }
}
