//! Draws from what rows of a token's own script are like (Downey et al. 2023, 2309.04679, who find them as good to start
//! training from as FOCUS).
//!
//! Rows of a script lie apart from those of others, and rows of tokens that begin a word apart from those that go on with
//! one; a draw from the normal distribution of all rows lies where no row is. So old rows are grouped by [`Kind`] and by
//! whether their token begins with a space, and a fresh row is drawn from the mean and covariance of its group. Where that has
//! fewer than [`LEAST`] rows, from those of its kind, and then from all rows of text.
//!
//! Deviation: covariance, where the paper draws each number by itself; it is not formed (as in [`Hewitt`]). Seeded by token
//! id, so neither other tokens nor threads change a row.
//!
//! [`Hewitt`]: super::distribution::Hewitt

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::{Context, EmbeddingInit, Origin, Part};
use crate::error::Result;
use crate::inventory::Class;
use crate::observe::Observer;
use crate::random::{Random, mix};
use crate::transplant::kinds::Kind;
use crate::transplant::rows::OldRows;
use crate::vocab::Id;

/// Rows that say what their group is like; fewer do not.
const LEAST: usize = 100;
/// Rows that a draw is put together from.
const DRAWN: usize = 256;

/// What tokens are grouped by: a kind and whether they begin with a space, a kind, nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Group {
    Narrow(Kind, bool),
    Kind(Kind),
    All,
}

fn groups(bytes: &[u8]) -> [Group; 3] {
    let kind = Kind::of(bytes);
    [Group::Narrow(kind, bytes.starts_with(b" ")), Group::Kind(kind), Group::All]
}

/// Old tokens of a group with their mean row.
struct Members {
    ids: Vec<Id>,
    mean: Vec<f32>,
}

pub(super) struct ByScript<'a> {
    cx: Context<'a>,
    members: FxHashMap<Group, Members>,
}

impl<'a> ByScript<'a> {
    pub(super) fn new(cx: Context<'a>) -> ByScript<'a> {
        ByScript { cx, members: FxHashMap::default() }
    }
}

impl EmbeddingInit for ByScript<'_> {
    fn fit(&mut self, rows: &OldRows, _: Part, _: &dyn Observer) -> Result<()> {
        let old = self.cx.old;
        let mut ids: FxHashMap<Group, Vec<Id>> = FxHashMap::default();
        for id in (0..rows.len().min(old.bound()) as Id).filter(|&id| old.inventory.class(id) == Class::Text) {
            for group in groups(&old.inventory.canonical(id)) {
                ids.entry(group).or_default().push(id);
            }
        }
        ids.retain(|group, ids| ids.len() >= LEAST || *group == Group::All);
        let members = ids.into_par_iter().map(|(group, ids)| {
            let (mut sum, mut row) = (vec![0.0f64; rows.width()], vec![0.0; rows.width()]);
            for &id in &ids {
                rows.row(id, &mut row);
                sum.iter_mut().zip(&row).for_each(|(sum, &x)| *sum += f64::from(x));
            }
            let mean = sum.into_iter().map(|sum| (sum / ids.len() as f64) as f32).collect();
            (group, Members { ids, mean })
        });
        self.members = members.collect();
        Ok(())
    }

    fn row(&self, rows: &OldRows, part: Part, index: usize, out: &mut [f32]) -> Option<Origin> {
        let id = self.cx.fresh[index];
        let groups = groups(&self.cx.new.inventory.canonical(id));
        let members = groups.iter().find_map(|group| self.members.get(group))?;
        let seed = mix(mix(self.cx.settings.seed).wrapping_add(part as u64));
        let mut random = Random::new(mix(seed.wrapping_add(u64::from(id))));
        let scale = 1.0 / (DRAWN as f64).sqrt();
        let mut sum = 0.0;
        for _ in 0..DRAWN {
            let weight = (random.normal() * scale) as f32;
            rows.add(members.ids[random.below(members.ids.len())], weight, out);
            sum += weight;
        }
        out.iter_mut().zip(&members.mean).for_each(|(x, mean)| *x += (1.0 - sum) * mean);
        Some(Origin::Drawn)
    }
}
