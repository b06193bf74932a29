//! Cells that OCR ran together, taken apart where arithmetic proves the cut: `202010100.00%10` under budget, executed,
//! weight, rate, score can only be 20, 20, 10, 100.00%, 10. Without a proof, or with two, nothing is cut.

use super::columns::Column;
use super::quantity::Grammar;
use super::row::Row;
use crate::model::{Code, Finding, Severity};
use crate::patterns::Field;
use rust_decimal::Decimal;

/// What a piece of a glued text must look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Slot {
    /// A number up to 100 without a sign or unit.
    Points,
    /// A number with an optional unit.
    Value,
    /// A number with a percent sign.
    Percent,
}

/// Longest text that is tried, in characters.
const LONGEST: usize = 40;
/// Most ways to cut a text that are looked at.
const MOST_WAYS: usize = 2000;

/// Every way to cut a text into these slots.
pub(super) fn ways(text: &str, slots: &[Slot]) -> Vec<Vec<String>> {
    let chars: Vec<char> = text.chars().collect();
    let mut found = Vec::new();
    if chars.len() <= LONGEST && chars.len() >= slots.len() {
        cut(&chars, slots, &mut Vec::new(), &mut found);
    }
    found
}

fn cut(rest: &[char], slots: &[Slot], taken: &mut Vec<String>, found: &mut Vec<Vec<String>>) {
    let Some((slot, later)) = slots.split_first() else {
        if rest.is_empty() && found.len() < MOST_WAYS {
            found.push(taken.clone());
        }
        return;
    };
    for end in 1..=rest.len().saturating_sub(later.len()) {
        if found.len() >= MOST_WAYS {
            return;
        }
        if fits(&rest[..end], *slot) {
            taken.push(rest[..end].iter().collect());
            cut(&rest[end..], later, taken, found);
            taken.pop();
        }
    }
}

fn fits(piece: &[char], slot: Slot) -> bool {
    let signs = piece.iter().take_while(|c| "≥≤=<>".contains(**c)).count();
    let digits = piece[signs..].iter().take_while(|c| c.is_ascii_digit() || **c == '.').count();
    let number = &piece[signs..signs + digits];
    let unit = &piece[signs + digits..];
    let dots = number.iter().filter(|c| **c == '.').count();
    let leading_zero = number.len() > 1 && number[0] == '0' && number[1] != '.';
    if digits == 0 || dots > 1 || number[0] == '.' || number[digits - 1] == '.' || leading_zero {
        return false;
    }
    match slot {
        Slot::Points => signs == 0 && unit.is_empty() && number.len() <= 4,
        Slot::Percent => signs == 0 && unit == ['%'],
        Slot::Value => unit.len() <= 5 && unit.iter().all(|c| c.is_alphabetic() || *c == '%' || *c == '/'),
    }
}

/// Says that a cell was taken apart, and by what proof.
pub(super) fn finding(text: &str, pieces: &[String], proof: &str) -> Finding {
    let finding = Finding::new(
        Code::CellsSplit,
        Severity::Warning,
        format!("{text:?} holds several cells run together; {proof} leave one way to cut it: {}", pieces.join(" | ")),
    );
    finding.with(pieces.join(" | "), text)
}

/// The pieces of a fund row's only amount cell, with the columns they belong to: `(index of the cell, pieces)`.
pub(super) fn fund_amounts(row: &Row, columns: &[Column], grammar: &Grammar) -> Option<(usize, Vec<(usize, String)>)> {
    let [_, cell] = row.cells.as_slice() else { return None };
    let text: String = cell.text.chars().filter(|c| !c.is_whitespace()).collect();
    if !text.contains('%') || text.chars().filter(char::is_ascii_digit).count() < 5 {
        return None;
    }
    let wanted: Vec<&Column> = columns
        .iter()
        .filter(|c| {
            matches!(
                c.field,
                Some(
                    Field::Budget
                        | Field::Executed
                        | Field::Rate
                        | Field::FundWeight
                        | Field::FundScore
                        | Field::BudgetInitial
                )
            )
        })
        .collect();
    if wanted.len() < 3 {
        return None;
    }
    let slots: Vec<Slot> = wanted
        .iter()
        .map(|c| match c.field {
            Some(Field::Rate) => Slot::Percent,
            Some(Field::FundWeight | Field::FundScore) => Slot::Points,
            _ => Slot::Value,
        })
        .collect();
    let mut proven = ways(&text, &slots).into_iter().filter(|pieces| {
        let value = |field: Field| -> Option<Decimal> {
            let at = wanted.iter().position(|c| c.field == Some(field))?;
            grammar.number(pieces[at].trim_end_matches(|c: char| !c.is_ascii_digit()))
        };
        // Within the rate's last printed place, rounded or cut off.
        let places = wanted
            .iter()
            .position(|c| c.field == Some(Field::Rate))
            .and_then(|at| pieces[at].split('.').nth(1))
            .map_or(0, |decimals| decimals.trim_end_matches('%').len() as u32);
        let closes = match (value(Field::Budget), value(Field::Executed), value(Field::Rate)) {
            (Some(budget), Some(executed), Some(rate)) => executed
                .checked_div(budget)
                .is_some_and(|exact| (exact * Decimal::ONE_HUNDRED - rate).abs() < Decimal::new(1, places.min(20))),
            _ => false,
        };
        let fair = match (value(Field::FundWeight), value(Field::FundScore)) {
            // Points are earned by spending: the score is the weight times the rate, a point more or less.
            (Some(weight), Some(score)) => {
                let earned = value(Field::Rate).map_or(weight, |rate| weight * rate / Decimal::ONE_HUNDRED);
                score <= weight && weight <= Decimal::ONE_HUNDRED && score <= earned + Decimal::ONE
            }
            _ => true,
        };
        closes && fair
    });
    let pieces = proven.next()?;
    proven.next().is_none().then(|| (1, wanted.iter().map(|c| c.start).zip(pieces).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn glued_text_is_cut_into_every_arrangement_that_the_slots_allow() {
        let slots = [Slot::Points, Slot::Value, Slot::Value, Slot::Points];
        let ways = ways("415万元15万元4", &slots);
        assert!(ways.contains(&["4", "15万元", "15万元", "4"].map(String::from).to_vec()));
        assert!(ways.contains(&["41", "5万元", "15万元", "4"].map(String::from).to_vec()));
        assert!(ways.iter().all(|w| w.concat() == "415万元15万元4"));
    }

    #[test]
    fn a_piece_never_begins_with_a_needless_zero() {
        assert_eq!(ways("2002", &[Slot::Points, Slot::Points]), [["200", "2"].map(String::from).to_vec()]);
    }
}
