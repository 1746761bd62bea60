//! What becomes of the tokens of a text that is disturbed.

use crate::metric::{Better, Compute, Figure, Metric};
use crate::robustness::Sums;

const FAMILY: &str = "robustness";
const SAMPLE: &str = "ratio of totals, over the documents of the sample that change";
const PLACES: &str = "micro over the documents of the sample that change";
const SOURCE: &str = "no standard; generator of the project, seeded";

fn tokens(s: &Sums) -> Figure {
    Figure::ratio(s.after, s.before)
}

fn borders(s: &Sums) -> Figure {
    Figure::ratio(2 * s.borders_both, s.borders_before + s.borders_after)
}

macro_rules! disturbances {
    ($($index:literal $tokens:literal $borders:literal $missing:literal $what:literal,)*) => {
        /// Two rows for each of [`crate::robustness::DISTURBANCES`].
        pub const ROWS: &[Metric] = &[
            $(
                row!(FAMILY, $tokens, "ratio", Lower, SAMPLE, $missing, SOURCE,
                    concat!("tokens after over tokens before: ", $what),
                    Compute::Robust($index, tokens)),
                row!(FAMILY, $borders, "F1", Higher, PLACES, concat!($missing, ", or there is no token border to keep"), SOURCE,
                    concat!("token borders before and after, at places that are in no edit: ", $what),
                    Compute::Robust($index, borders)),
            )*
        ];
    };
}

disturbances! {
    0 "robustness_typos_tokens" "robustness_typos_boundaries" "no document gets a typing error"
        "in 10 % of the words two letters change places, or one is left out, doubled or a neighbouring one",
    1 "robustness_case_tokens" "robustness_case_boundaries" "no document has a small letter"
        "everything in capitals, with the dotted i of Turkish and Azerbaijani",
    2 "robustness_diacritics_tokens" "robustness_diacritics_boundaries" "no document has a Latin, Greek or Cyrillic letter with a mark"
        "letters of Latin, Greek and Cyrillic without their marks",
    3 "robustness_nfd_tokens" "robustness_nfd_boundaries" "no document changes when it is decomposed"
        "canonical decomposition",
    4 "robustness_zwj_tokens" "robustness_zwj_boundaries" "no document has an Indic conjunct that changes"
        "in 25 % of the Indic conjuncts a joiner or non-joiner is put in, or taken out",
    5 "robustness_spaces_tokens" "robustness_spaces_boundaries" "no document has a space that changes"
        "10 % of the spaces are doubled, or become a tab or a no-break space",
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::robustness::DISTURBANCES;

    #[test]
    fn rows_are_those_of_the_table_of_disturbances() {
        assert_eq!(ROWS.len(), 2 * DISTURBANCES.len());
        for (row, index) in ROWS.iter().zip(0..) {
            let disturbance = &DISTURBANCES[index / 2];
            assert!(row.name.starts_with(&format!("robustness_{}_", disturbance.name)), "{}", row.name);
            assert!(matches!(row.compute, Compute::Robust(n, _) if n == index / 2), "{}", row.name);
            if disturbance.rate < 1.0 {
                let rate = format!("{} %", disturbance.rate * 100.0);
                assert!(row.definition.contains(&rate), "{}", row.definition);
            }
        }
    }

    /// 10 tokens become 13; of 6 borders before and 4 after 3 stay: 2 · 3/(6 + 4).
    #[test]
    fn figures_by_hand() {
        let sums = Sums { documents: 2, before: 10, after: 13, borders_before: 6, borders_after: 4, borders_both: 3 };
        assert_eq!(tokens(&sums), Figure { value: Some(1.3), n: 10 });
        assert_eq!(borders(&sums), Figure { value: Some(0.6), n: 10 });
        assert_eq!((tokens(&Sums::default()), borders(&Sums::default())), (Figure::NONE, Figure::NONE));
    }
}
