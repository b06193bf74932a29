//! The compiled words of relation and role.

use super::trie::Trie;
use crate::model::Relation;
use crate::patterns::{Meaning, On, Place, RelationEntry, Role, WordsEntry};
use std::collections::HashSet;

/// A word of relation in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bound {
    pub(super) means: Meaning,
    pub(super) on: On,
    pub(super) loose: bool,
    /// A sign (≥) rather than a word.
    pub(super) sign: bool,
}

/// All words, by where they stand.
#[derive(Debug)]
pub(super) struct Words {
    pub(super) before: Trie<Bound>,
    /// Words that may stand before a date only; tried first where a date follows.
    pub(super) before_date: Trie<Bound>,
    pub(super) after: Trie<Bound>,
    pub(super) after_date: Trie<Bound>,
    pub(super) after_duration: Trie<Bound>,
    pub(super) prefix: Trie<()>,
    pub(super) ordinal_before: Trie<()>,
    pub(super) ordinal_after: Trie<()>,
    pub(super) period: Trie<()>,
    pub(super) carrier: Trie<()>,
    pub(super) joint: Trie<()>,
    pub(super) money_before: Trie<()>,
    pub(super) money_after: Trie<()>,
    pub(super) inclusive: Trie<()>,
    pub(super) no_label: Trie<()>,
    /// Matching keys of words that leave a cell blank.
    pub(super) blank: HashSet<String>,
    /// The characters that these keys begin with.
    blank_beginnings: Vec<char>,
}

impl Words {
    pub(super) fn new(relations: &[RelationEntry], words: &[WordsEntry]) -> Self {
        let mut all = Words {
            before: Trie::new(),
            before_date: Trie::new(),
            after: Trie::new(),
            after_date: Trie::new(),
            after_duration: Trie::new(),
            prefix: Trie::new(),
            ordinal_before: Trie::new(),
            ordinal_after: Trie::new(),
            period: Trie::new(),
            carrier: Trie::new(),
            joint: Trie::new(),
            money_before: Trie::new(),
            money_after: Trie::new(),
            inclusive: Trie::new(),
            no_label: Trie::new(),
            blank: HashSet::new(),
            blank_beginnings: Vec::new(),
        };
        for entry in relations {
            for word in &entry.words {
                let word = crate::normalize::display(word);
                let sign = !word.chars().any(char::is_alphabetic);
                let bound = Bound { means: entry.means, on: entry.on, loose: entry.loose, sign };
                let trie = match (entry.place, entry.on) {
                    (Place::Before, On::Date) => &mut all.before_date,
                    (Place::Before, _) => &mut all.before,
                    (Place::After, On::Date) => &mut all.after_date,
                    (Place::After, On::Duration) => &mut all.after_duration,
                    (Place::After, On::Any) => &mut all.after,
                };
                trie.insert(&word, bound);
            }
        }
        for entry in words {
            for word in &entry.words {
                let trie = match entry.role {
                    Role::Blank => {
                        all.blank.insert(crate::normalize::key(word));
                        continue;
                    }
                    Role::NotAUnit => continue, // the unit table's
                    Role::Prefix => &mut all.prefix,
                    Role::OrdinalBefore => &mut all.ordinal_before,
                    Role::OrdinalAfter => &mut all.ordinal_after,
                    Role::Period => &mut all.period,
                    Role::Carrier => &mut all.carrier,
                    Role::Joint => &mut all.joint,
                    Role::MoneyBefore => &mut all.money_before,
                    Role::MoneyAfter => &mut all.money_after,
                    Role::Inclusive => &mut all.inclusive,
                    Role::NoLabel => &mut all.no_label,
                };
                trie.insert(&crate::normalize::display(word), ());
            }
        }
        all.blank_beginnings = all.blank.iter().filter_map(|key| key.chars().next()).collect();
        all.blank_beginnings.sort_unstable();
        all.blank_beginnings.dedup();
        all
    }

    /// Can a text be a mark or a word for nothing, by its first character?
    pub(super) fn may_be_blank(&self, text: &str) -> bool {
        match text.chars().next() {
            // Characters that no fold joins with others, and that are no marks.
            Some(c @ ('\u{4E00}'..='\u{9FA5}' | '0'..='9')) => {
                self.blank_beginnings.contains(&crate::normalize::key_of_ideograph(c))
            }
            _ => true,
        }
    }
}

/// The relation of a number that a word's meaning gives; dates have meanings of their own.
pub(super) fn relation_of(means: Meaning) -> Option<Relation> {
    Some(match means {
        Meaning::AtLeast => Relation::AtLeast,
        Meaning::AtMost => Relation::AtMost,
        Meaning::More => Relation::More,
        Meaning::Less => Relation::Less,
        Meaning::Equal => Relation::Equal,
        Meaning::Approx => Relation::Approx,
        Meaning::Before | Meaning::From => return None,
    })
}

/// Two relations said of one number: 不低于≥90%, 约10余家. `None` where they contradict.
pub(super) fn agree(first: Relation, second: Relation) -> Option<Relation> {
    use Relation::{Approx, AtLeast, AtMost, Equal, Less, More};
    Some(match (first, second) {
        (a, b) if a == b => a,
        (Equal, other) | (other, Equal) => other,
        (Approx, other) | (other, Approx) => other,
        (AtLeast, More) | (More, AtLeast) => first,
        (AtMost, Less) | (Less, AtMost) => first,
        _ => return None,
    })
}
