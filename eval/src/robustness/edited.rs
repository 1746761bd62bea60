//! A changed text, and what became of which bytes.

/// A stretch that was changed: `old` of the text before became `new` of the text after, both as byte ranges.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edit {
    /// In the text before.
    pub old: (u32, u32),
    /// In the text after.
    pub new: (u32, u32),
}

/// One direction of an edit: where it was, and where it went.
type Way = fn(&Edit) -> ((u32, u32), (u32, u32));

impl Edit {
    /// From the text before to the text after.
    pub fn from_old(&self) -> ((u32, u32), (u32, u32)) {
        (self.old, self.new)
    }

    /// From the text after to the text before.
    pub fn from_new(&self) -> ((u32, u32), (u32, u32)) {
        (self.new, self.old)
    }
}

/// A changed text. What lies between its edits is equal in both texts, byte for byte.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Edited {
    /// The text after.
    pub text: String,
    /// The edits, ascending.
    pub edits: Vec<Edit>,
    /// Bytes of the text before.
    read: u32,
}

impl Edited {
    /// Appends text that stays as it is.
    pub fn keep(&mut self, text: &str) {
        self.text.push_str(text);
        self.read += text.len() as u32;
    }

    /// Appends `new` in the place of `old`. Either may be empty; equal ones are no edit.
    pub fn replace(&mut self, old: &str, new: &str) {
        if old == new {
            return self.keep(old);
        }
        let (read, written) = (self.read, self.text.len() as u32);
        self.keep(new);
        self.read = read + old.len() as u32;
        self.edits.push(Edit { old: (read, self.read), new: (written, self.text.len() as u32) });
    }

    /// Whether anything was changed.
    pub fn is_changed(&self) -> bool {
        !self.edits.is_empty()
    }

    /// Of `places` in one text, ascending, those that the other has too, as places in the other.
    pub fn common(&self, places: &[u32], way: Way) -> impl Iterator<Item = u32> {
        let mut next = 0;
        // How far the texts have drifted apart after the edits that are behind.
        let mut drift = 0i64;
        places.iter().filter_map(move |&place| {
            while let Some(edit) = self.edits.get(next) {
                let (from, to) = way(edit);
                if from.1 > place || (from.1 == place && (from.0 == from.1 || to.0 == to.1)) {
                    break;
                }
                drift = i64::from(to.1) - i64::from(from.1);
                next += 1;
            }
            // An edit that ends here is behind, one that begins here is ahead: neither may be one-sided.
            let here = |edit: &&Edit| way(edit).0.0 <= place;
            let mut touching = self.edits[next..].iter().take_while(here).map(way);
            let free = touching.all(|(from, to)| from.0 == place && from.1 > place && to.1 > to.0);
            free.then(|| (i64::from(place) + drift) as u32)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn edited(parts: &[(&str, &str)]) -> Edited {
        let mut edited = Edited::default();
        parts.iter().for_each(|(old, new)| edited.replace(old, new));
        edited
    }

    fn mapped(edited: &Edited, places: &[u32], way: Way) -> Vec<Option<u32>> {
        places.iter().map(|&place| edited.common(&[place], way).next()).collect()
    }

    /// `ab|c|de` becomes `ab|xyz|de`: 0, 1, 2 stay, 3, 4, 5 become 5, 6, 7; 3 and 4 of the new text lie inside.
    #[test]
    fn a_replaced_letter_has_places_on_both_sides() {
        let e = edited(&[("ab", "ab"), ("c", "xyz"), ("de", "de")]);
        assert_eq!(e.text, "abxyzde");
        assert_eq!(mapped(&e, &[0, 1, 2, 3, 4, 5], Edit::from_old), [0, 1, 2, 5, 6, 7].map(Some));
        let back = [Some(0), Some(1), Some(2), None, None, Some(3), Some(4), Some(5)];
        assert_eq!(mapped(&e, &[0, 1, 2, 3, 4, 5, 6, 7], Edit::from_new), back);
    }

    /// `a|b|c` without `b`: places 1 and 2 face the one place 1. With `x` put in between `a` and `b`, place 1 faces
    /// two.
    #[test]
    fn what_is_put_in_or_taken_out_has_no_place() {
        let out = edited(&[("a", "a"), ("b", ""), ("c", "c")]);
        assert_eq!(mapped(&out, &[0, 1, 2, 3], Edit::from_old), [Some(0), None, None, Some(2)]);
        assert_eq!(mapped(&out, &[0, 1, 2], Edit::from_new), [Some(0), None, Some(3)]);
        let put = edited(&[("a", "a"), ("", "x"), ("b", "b")]);
        assert_eq!(mapped(&put, &[0, 1, 2], Edit::from_old), [Some(0), None, Some(3)]);
        assert_eq!(mapped(&put, &[0, 1, 2, 3], Edit::from_new), [Some(0), None, None, Some(2)]);
    }

    #[test]
    fn edits_side_by_side() {
        let e = edited(&[("a", "xx"), ("b", "y"), ("c", ""), ("d", "z")]);
        assert_eq!(mapped(&e, &[0, 1, 2, 3, 4], Edit::from_old), [Some(0), Some(2), None, None, Some(4)]);
    }

    proptest! {
        /// Against the definition: every place of both texts looked at with every edit.
        #[test]
        fn common_places_are_those_of_the_definition(parts in prop::collection::vec(("[ab]{0,3}", "[abş]{0,3}", any::<bool>()), 0..8)) {
            let mut e = Edited::default();
            let mut before = String::new();
            for (old, new, keep) in &parts {
                before.push_str(old);
                if *keep { e.keep(old) } else { e.replace(old, new) }
            }
            let naive = |place: u32, way: Way| {
                let mut to = place as i64;
                for edit in &e.edits {
                    let (a, b) = way(edit);
                    let one_sided = a.0 == a.1 || b.0 == b.1;
                    if (a.0 < place && place < a.1) || (one_sided && a.0 <= place && place <= a.1) {
                        return None;
                    }
                    if a.1 <= place {
                        to += i64::from(b.1 - b.0) - i64::from(a.1 - a.0);
                    }
                }
                Some(to as u32)
            };
            for (way, length) in [(Edit::from_old as Way, before.len()), (Edit::from_new as Way, e.text.len())] {
                let places: Vec<u32> = (0..=length as u32).collect();
                let fast: Vec<u32> = e.common(&places, way).collect();
                let slow: Vec<u32> = places.iter().filter_map(|&p| naive(p, way)).collect();
                prop_assert_eq!(&fast, &slow);
                prop_assert!(fast.windows(2).all(|w| w[0] < w[1]), "{:?}", fast);
            }
            // There and back again.
            let places: Vec<u32> = (0..=before.len() as u32).collect();
            let there: Vec<u32> = e.common(&places, Edit::from_old).collect();
            let back: Vec<u32> = e.common(&there, Edit::from_new).collect();
            let kept: Vec<u32> = places.iter().copied().filter(|&p| naive(p, Edit::from_old).is_some()).collect();
            prop_assert_eq!(back, kept);
            // What lies between the edits is equal.
            let (mut old, mut new) = (0, 0);
            for edit in &e.edits {
                prop_assert_eq!(&before[old..edit.old.0 as usize], &e.text[new..edit.new.0 as usize]);
                (old, new) = (edit.old.1 as usize, edit.new.1 as usize);
            }
            prop_assert_eq!(&before[old..], &e.text[new..]);
        }
    }
}
