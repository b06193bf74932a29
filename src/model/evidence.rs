//! What speaks for and against a record: named clues, gathered on the way and combined into its `confidence` at the end.
//! They travel beside the records and are printed nowhere but in sets of observations (`docs/confidence.md`).

use std::fmt;

macro_rules! clues {
    ($($(#[doc = $meaning:literal])+ $clue:ident = $id:literal,)*) => {
        /// A piece of evidence. What each means is said here; what it is worth, in `patterns/confidence.toml`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Clue { $($(#[doc = $meaning])+ $clue,)* }

        impl Clue {
            /// Every clue there is.
            pub const ALL: &[Clue] = &[$(Clue::$clue,)*];

            /// Its name in pattern files and observations.
            pub fn id(self) -> &'static str {
                match self { $(Clue::$clue => $id,)* }
            }

            /// What it means, in a line.
            pub fn meaning(self) -> &'static str {
                match self { $(Clue::$clue => concat!($($meaning,)+).trim_ascii(),)* }
            }
        }
    };
}

clues! {
    // Where the text comes from.
    /// Columns are stated, merged cells are not: tab-separated rows, Markdown, a page without rulings.
    SpansUnstated = "spans_unstated",
    /// Only the order of the cells is known: a cell a line.
    OrderOnly = "order_only",
    /// The document's text was recognised from pixels, here or by another program.
    Recognised = "recognised",
    /// Two cells of the row or more were recognised with a score below 0.9.
    ScoresLow = "scores_low",
    /// The least sure cell of the row was recognised with a score below 0.999.
    Score99 = "score_below_0.999",
    /// … below 0.98.
    Score98 = "score_below_0.98",
    /// … below 0.95.
    Score95 = "score_below_0.95",
    /// … below 0.9.
    Score90 = "score_below_0.9",
    /// … below 0.8.
    Score80 = "score_below_0.8",
    /// … below 0.65.
    Score65 = "score_below_0.65",
    /// … below 0.5.
    Score50 = "score_below_0.5",

    // How its cells were put into columns.
    /// A header is lost or garbled: the columns are those of the usual template.
    HeaderLost = "header_lost",
    /// The header of a column that feeds the row is not spelt as any known one.
    HeaderUnsure = "header_unsure",
    /// … and is only remotely like one.
    HeaderPoor = "header_poor",
    /// Among the columns that feed fields is one that feeds none, because nothing fits its header.
    ColumnUnread = "column_unread",
    /// Not every cell may stand where it is printed, so that its place was searched for.
    PlacesSearched = "places_searched",
    /// Cells stand in other columns than their headers.
    CellsMoved = "cells_moved",
    /// The next best placing of the cells is close behind.
    PlacesClose = "places_close",
    /// … and so close that either may be right.
    PlacesTied = "places_tied",
    /// A cell fitted no column and was left out.
    CellDropped = "cell_dropped",
    /// Two cells stand under one header and were joined.
    CellsJoined = "cells_joined",
    /// One cell held several values; sums prove the cut.
    CellsSplit = "cells_split",
    /// A page break cut the row in two.
    RowJoined = "row_joined",
    /// A page or table ends before the row or behind it.
    PageEdge = "page_edge",
    /// The row fills fewer value columns than most rows of its block, and few other rows do.
    FewerCells = "fewer_cells",
    /// The row fills more value columns than most rows of its block, and few other rows do.
    MoreCells = "more_cells",
    /// The row before or after was repaired, or lost cells.
    NeighbourRepaired = "neighbour_repaired",

    // Names and levels.
    /// The row has no name.
    NameMissing = "name_missing",
    /// The name is that of a known indicator, or of a known source of funds.
    NameKnown = "name_known",
    /// The name is shorter than four characters.
    NameShort = "name_short",
    /// The name is longer than thirty characters.
    NameLong = "name_long",
    /// The name holds digits, Latin letters or signs where a misreading is likely, or one half of a pair of brackets.
    NameOdd = "name_odd",
    /// The name ends or begins in the middle of a phrase: a comma, a joint, a bracket.
    NameCut = "name_cut",
    /// Another row of the form has the same name.
    NameRepeated = "name_repeated",
    /// The name holds a quantity, as where a value's cell was taken into it.
    NameHoldsValue = "name_holds_value",
    /// Level 1 is no word of the taxonomy, as those of most other rows are.
    Level1Unknown = "level1_unknown",
    /// Level 2 is no word of the taxonomy, as those of most other rows are.
    Level2Unknown = "level2_unknown",
    /// The form has level columns, and the row none of its own or carried.
    LevelMissing = "level_missing",
    /// A level stands in none of the row's own cells, and nothing states the span of the one that was taken.
    LevelCarried = "level_carried",
    /// Level 1 is not printed and follows from level 2.
    LevelInferred = "level_inferred",
    /// The level's kind and the words of the name speak of different things.
    LevelAgainstName = "level_against_name",
    /// … nothing states that the level spans the row, and the one that the name speaks of stands nowhere in the form.
    LevelLost = "level_lost",
    /// A level is no word of the taxonomy, but one character away from one.
    LevelMisread = "level_misread",
    /// A level is a part of another of the form, or holds more than a level's words: a cell was cut or ran on.
    LevelOdd = "level_odd",
    /// The name begins with a level's words, as where a level's cell ran into it.
    NameHoldsLevel = "name_holds_level",

    // Values.
    /// Target and actual are both quantities of one unit and less than a fifth apart.
    ValuesNear = "values_near",
    /// … or more than three times one another.
    ValuesFar = "values_far",
    /// … or more than nine times: a lost point or sign.
    ValuesVeryFar = "values_very_far",
    /// One of target and actual is a quantity, the other words.
    KindsDiffer = "kinds_differ",
    /// A value is part number, part words.
    ValueMixed = "value_mixed",
    /// A value holds digits and was read as words.
    DigitsUnread = "digits_unread",
    /// A value's number touches letters or signs that a misreading leaves: 1O0, 9S%.
    NumberOdd = "number_odd",
    /// A value's number is broken by white space, or has signs in a row.
    NumberBroken = "number_broken",
    /// A share above 1.5.
    ShareAboveOne = "share_above_one",
    /// The name says that it is a rate, and a value is no share.
    RateWithoutSign = "rate_without_sign",
    /// No target is printed, though other rows have one.
    TargetMissing = "target_missing",
    /// No actual value is printed, though other rows have one.
    ActualMissing = "actual_missing",
    /// No weight is printed, though other rows have one.
    WeightMissing = "weight_missing",
    /// No score is printed, though other rows have one.
    ScoreMissing = "score_missing",
    /// The cell of a weight or score, or of an amount, holds something that is no number.
    PointsUnread = "points_unread",
    /// A weight or score that forms rarely have: above 30, or no multiple of a half.
    PointsOdd = "points_odd",
    /// The score is the weight.
    ScoreFull = "score_full",
    /// The target is met, and the score is less than the weight.
    ScoreShort = "score_short",
    /// The score is less than six tenths of the weight.
    ScoreLow = "score_low",
    /// A bare number took the unit of the other value.
    UnitInferred = "unit_inferred",
    /// A value's brackets do not close.
    ValueCut = "value_cut",
    /// A reason, a basis or a measure is a bare number, or a word or two.
    ReasonOdd = "reason_odd",
    /// Words of a value or a reason hold signs that no print has.
    TextOdd = "text_odd",
    /// Behind a value's number stands a word that is no unit.
    UnitUnread = "unit_unread",

    // What the audit found.
    /// The score is above the weight.
    ScoreAboveWeight = "score_above_weight",
    /// The target is missed, and the row has all its points.
    MissedFullScore = "missed_full_score",
    /// Target and actual have different units, or only one has one.
    UnitsDiffer = "units_differ",
    /// The units of target and actual contradict each other, or one value is a thousand times the other.
    UnitConflict = "unit_conflict",
    /// The row's own score contradicts the form's printed rule.
    ScoreAgainstRule = "score_against_rule",
    /// A score that is not printed follows from the total.
    ScoreImputed = "score_imputed",
    /// A statement in prose says another value.
    ProseConflict = "prose_conflict",
    /// Recognition read another character first, which made no sense; the one that does was taken.
    OcrCorrected = "ocr_corrected",
    /// Weights add up to the printed total, or to the hundred that they are shared from.
    WeightsClose = "weights_close",
    /// Weights do not add up.
    WeightsOpen = "weights_open",
    /// Scores add up to the printed total.
    ScoresClose = "scores_close",
    /// Scores do not add up to the printed total.
    ScoresOpen = "scores_open",
    /// The sums of the form would close if the row's score were its weight, or its weight its score.
    SumsBlame = "sums_blame",
    /// Executed ÷ budget is the printed rate.
    RateCloses = "rate_closes",
    /// Executed ÷ budget is not the printed rate.
    RateOpen = "rate_open",
    /// A rate is printed, and one of the amounts it comes from is not.
    RateAlone = "rate_alone",
    /// Points are printed for the money, and no rate that they are for.
    RateMissing = "rate_missing",
    /// More was executed than was to be had.
    AboveBudget = "above_budget",
    /// The parts of the money add up to the total.
    FundsClose = "funds_close",
    /// The parts of the money do not add up to the total.
    FundsOpen = "funds_open",
    /// An amount has no unit.
    MoneyWithoutUnit = "money_without_unit",
    /// All the form's money is less than ten thousand yuan: a unit was lost.
    MoneySmall = "money_small",
    /// The weights would add up if the money's row had the usual one.
    FundWeightWanted = "fund_weight_wanted",
    /// Of several rows of funds this one prints no amount that the others do.
    AmountMissing = "amount_missing",
    /// The name of a fund row does not say whose money it is.
    SourceUnknown = "source_unknown",

    // The form.
    /// A third of the form's rows was repaired, lost cells, or was searched for.
    FormRepaired = "form_repaired",
    /// … or two thirds.
    FormMuchRepaired = "form_much_repaired",
    /// Another row of the form was moved, cut or misread for sure.
    FormDamaged = "form_damaged",
    /// A sixth of the form's rows was.
    FormMuchDamaged = "form_much_damaged",
    /// The levels of most of the form's rows are no words of the taxonomy: it has its own.
    FormOwnLevels = "form_own_levels",
    /// A third of the form's rows was recognised with a score below 0.9.
    FormFaint = "form_faint",
    /// The form has one or two indicators.
    FormSmall = "form_small",
    /// Rows have scores, and none of them an actual value.
    NoActuals = "no_actuals",
    /// The form's head names no project.
    ProjectMissing = "project_missing",
    /// The form was cut by a page break.
    FormOverPages = "form_over_pages",
    /// A row of the form was marked by the audit.
    FormMarked = "form_marked",
    /// The record's own texts were misread, or its cells taken for others, for sure.
    Damaged = "damaged",

    // Statements.
    /// The measure's name stands behind the number.
    NamedBehind = "named_behind",
    /// The name was carried over from the clause or heading before.
    NameCarried = "name_carried",
    /// The name does not end as names of measures do.
    NameUnusual = "name_unusual",
    /// The subject holds digits, as where a year or a number was misread.
    NameHoldsDigits = "name_holds_digits",
    /// The statement has several parts.
    SaidInParts = "said_in_parts",
    /// The statement says no year.
    YearMissing = "year_missing",
    /// No word says whether an amount of money was planned or spent.
    AspectGuessed = "aspect_guessed",
}

/// Which way a clue can speak. A repair never makes a record surer, whatever a small set of documents seems to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leaning {
    /// For the record only.
    For,
    /// Against it only.
    Against,
    /// As observations say.
    Either,
}

impl Clue {
    /// Which way it can speak.
    pub fn leaning(self) -> Leaning {
        use Clue::{
            FundsClose, NameKnown, NameLong, OrderOnly, RateCloses, Recognised, ScoreFull, ScoreShort, ScoresClose,
            SpansUnstated, ValuesNear, WeightsClose,
        };
        match self {
            NameKnown | ValuesNear | WeightsClose | ScoresClose | RateCloses | FundsClose => Leaning::For,
            SpansUnstated | OrderOnly | Recognised | ScoreFull | ScoreShort | NameLong => Leaning::Either,
            _ => Leaning::Against,
        }
    }

    /// The clue of a name.
    pub fn of(id: &str) -> Option<Clue> {
        Clue::ALL.iter().copied().find(|clue| clue.id() == id)
    }
}

/// A set of clues.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct Evidence(u128);

// One bit a clue.
const _: () = assert!(Clue::ALL.len() <= 128);

impl Evidence {
    /// Nothing known.
    pub const NONE: Evidence = Evidence(0);

    /// These clues.
    pub const fn of(clues: &[Clue]) -> Evidence {
        let (mut all, mut at) = (0, 0);
        while at < clues.len() {
            all |= 1 << clues[at] as u32;
            at += 1;
        }
        Evidence(all)
    }

    /// Adds a clue.
    pub fn add(&mut self, clue: Clue) {
        self.0 |= 1 << clue as u32;
    }

    /// Adds a clue where something holds.
    pub fn note(&mut self, clue: Clue, holds: bool) {
        self.0 |= u128::from(holds) << clue as u32;
    }

    /// Adds all of another set.
    pub fn join(&mut self, other: Evidence) {
        self.0 |= other.0;
    }

    /// The same without a clue.
    pub fn without(self, clue: Clue) -> Evidence {
        Evidence(self.0 & !(1 << clue as u32))
    }

    /// Is a clue among them?
    pub fn has(self, clue: Clue) -> bool {
        self.0 & (1 << clue as u32) != 0
    }

    /// Is one of these among them?
    pub fn has_any(self, others: Evidence) -> bool {
        self.0 & others.0 != 0
    }

    /// The clues, in the order of [`Clue::ALL`].
    pub fn clues(self) -> impl Iterator<Item = Clue> {
        let mut left = self.0;
        std::iter::from_fn(move || {
            let clue = Clue::ALL.get(left.trailing_zeros() as usize).copied()?;
            left &= left - 1;
            Some(clue)
        })
    }

    /// The score of the least sure cell of a row, 0 to 1, as the clues that it falls below.
    pub fn add_score(&mut self, score: f32) {
        const BELOW: [(f32, Clue); 7] = [
            (0.999, Clue::Score99),
            (0.98, Clue::Score98),
            (0.95, Clue::Score95),
            (0.9, Clue::Score90),
            (0.8, Clue::Score80),
            (0.65, Clue::Score65),
            (0.5, Clue::Score50),
        ];
        BELOW.iter().filter(|(limit, _)| score < *limit).for_each(|(_, clue)| self.add(*clue));
    }
}

impl FromIterator<Clue> for Evidence {
    fn from_iter<I: IntoIterator<Item = Clue>>(clues: I) -> Self {
        let mut evidence = Evidence::NONE;
        clues.into_iter().for_each(|clue| evidence.add(clue));
        evidence
    }
}

impl fmt::Debug for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.clues().map(Clue::id)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_holds_what_was_added_and_names_it() {
        let mut evidence = Evidence::NONE;
        evidence.note(Clue::CellsMoved, true);
        evidence.note(Clue::CellDropped, false);
        evidence.add_score(0.93);
        assert!(evidence.has(Clue::CellsMoved) && !evidence.has(Clue::CellDropped));
        let ids: Vec<&str> = evidence.clues().map(Clue::id).collect();
        assert_eq!(ids, ["score_below_0.999", "score_below_0.98", "score_below_0.95", "cells_moved"]);
        assert_eq!(evidence.without(Clue::CellsMoved).clues().count(), 3);
    }

    #[test]
    fn every_name_is_of_one_clue() {
        for clue in Clue::ALL {
            assert_eq!(Clue::of(clue.id()), Some(*clue));
            assert!(!clue.meaning().is_empty());
        }
    }
}
