//! What is added up while documents are read: a flat row of integers, so that sums of blocks are exact, whatever the order.

/// What adds up: a row of sums.
pub trait Row: Clone + Default {
    /// Adds another row.
    fn add(&mut self, other: &Self);
}

/// A row of sums: plain integers with names, which add up.
macro_rules! sums {
    ($(#[$about:meta])* $row:ident: $($(#[$doc:meta])* $name:ident,)*) => {
        $(#[$about])*
        #[derive(Debug, Clone, Default, PartialEq, Eq)]
        pub struct $row {
            $($(#[$doc])* pub $name: u64,)*
        }

        impl $row {
            /// Adds another row.
            pub fn add(&mut self, other: &$row) {
                $(self.$name += other.$name;)*
            }
        }

        impl $crate::counts::Row for $row {
            fn add(&mut self, other: &Self) {
                $row::add(self, other);
            }
        }
    };
}

pub(crate) use sums;

sums! {
    /// Sums over documents, for one tokenizer.
    Counts:
    /// Documents.
    documents,
    /// Their UTF-8 bytes.
    bytes,
    /// Their Unicode scalar values.
    chars,
    /// Tokens.
    tokens,
    /// UAX 29 words with a letter or digit.
    words,
    /// Tokens that reach into such a word, summed over the words.
    word_tokens,
    /// Words that more than one token reaches into.
    continued_words,
    /// Stretches between white space.
    space_words,
    /// Bytes under the unknown token.
    unknown_bytes,
    /// Bytes under byte-fallback tokens.
    fallback_bytes,
    /// Characters of more than one byte.
    wide_chars,
    /// Those that more than one token spells.
    split_chars,
    /// Clusters of more than one character: aksharas, graphemes elsewhere.
    clusters,
    /// Those with a token border inside.
    split_clusters,
    /// Borders inside runs of more than three digits that group them by three from the right.
    digit_groups,
    /// Token borders inside such runs.
    digit_cuts,
    /// Those of them that are both.
    digit_hits,
    /// Identifiers in snake_case or camelCase.
    identifiers,
    /// Those of more than one token.
    split_identifiers,
    /// Documents that start with white space.
    indents,
    /// Tokens that reach into it.
    indent_tokens,
    /// Token borders inside documents.
    cuts,
    /// Those that the first tokenizer named has, too.
    shared_cuts,
    /// Documents that come back byte for byte.
    round_trips,
    /// Documents that come back as the tokenizer's own normalizer leaves them, and not as they were.
    normalized_trips,
    /// Documents of which only white space comes back differently, normalizer apart.
    spaced_trips,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_add_up() {
        let mut sum = Counts { tokens: 1, bytes: 2, ..Counts::default() };
        sum.add(&Counts { tokens: 10, clusters: 3, ..Counts::default() });
        assert_eq!(sum, Counts { tokens: 11, bytes: 2, clusters: 3, ..Counts::default() });
    }
}
