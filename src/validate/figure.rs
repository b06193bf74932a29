//! A printed number with the worth of its last place: what two figures may differ by and still say the same.

use crate::model::{Place, Quantity};
use crate::normalize;
use rust_decimal::Decimal;

/// A single number as printed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Figure {
    /// In the base unit.
    pub(super) value: Decimal,
    /// One unit of the last printed place, in the base unit: 1000000 of 9.48亿元. 0 for a printed zero, which is exact.
    pub(super) place: Decimal,
    /// What the printed digits are multiplied with to give `value`: 10000 of 5万元, 0.01 of 5%. `None` for zero.
    pub(super) factor: Option<Decimal>,
}

impl Figure {
    /// `None` for ranges, dates, parts and texts, and where the printed digits cannot be made out.
    pub(super) fn of(quantity: &Quantity) -> Option<Self> {
        Figure::printed(quantity.value.filter(|_| quantity.upper.is_none())?.get(), &quantity.raw)
    }

    /// A value and how it was printed.
    pub(super) fn printed(value: Decimal, raw: &str) -> Option<Self> {
        let printed = printed(raw)?;
        if value.is_zero() {
            return printed.is_zero().then_some(Figure { value, place: Decimal::ZERO, factor: None });
        }
        let factor = match value.abs() {
            value if value == printed => Decimal::ONE,
            value => value.checked_div(printed).filter(|factor| is_power_of_ten(*factor))?,
        };
        let place = factor.checked_mul(Decimal::new(1, printed.scale()))?;
        Some(Figure { value, place, factor: Some(factor) })
    }

    /// Are its digits whole, so that nothing says that it was rounded?
    pub(super) fn is_whole(&self) -> bool {
        self.factor.is_none_or(|factor| self.place >= factor)
    }
}

/// The unit of money that printed digits times `factor` are 元 in.
pub(super) fn money_unit(factor: Decimal) -> String {
    match factor.normalize().to_string().as_str() {
        "1" => "元".to_owned(),
        "1000" => "千元".to_owned(),
        "10000" => "万元".to_owned(),
        "1000000" => "百万元".to_owned(),
        "100000000" => "亿元".to_owned(),
        other => format!(" × {other} 元"),
    }
}

/// The sum, or `None` beyond what a number can hold.
pub(super) fn sum(values: impl IntoIterator<Item = Decimal>) -> Option<Decimal> {
    values.into_iter().try_fold(Decimal::ZERO, |sum, value| sum.checked_add(value))
}

/// The last number among the printed characters: words of a change may hold a year.
fn printed(raw: &str) -> Option<Decimal> {
    normalize::last_number(raw)?.parse().ok()
}

fn is_power_of_ten(factor: Decimal) -> bool {
    let factor = factor.normalize();
    let mantissa = factor.mantissa();
    if factor.scale() > 0 {
        return mantissa == 1;
    }
    let Ok(mantissa) = u64::try_from(mantissa) else { return false };
    mantissa.checked_ilog10().is_some_and(|power| power <= 18 && mantissa == 10u64.pow(power))
}

/// Where a field was read, for a message: ` (page 2, table 1, cell [7, 4])`; the record's own counting.
pub(super) fn at(place: &Place, field: &str) -> String {
    let Some([row, column]) = place.cells.get(field) else { return String::new() };
    let page = place.page.map_or(String::new(), |page| format!("page {page}, "));
    let table = place.table.map_or(String::new(), |table| format!("table {table}, "));
    format!(" ({page}{table}cell [{row}, {column}])")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Number, Relation};

    fn quantity(raw: &str, value: &str) -> Quantity {
        let value = Some(Number::new(value.parse().unwrap()));
        Quantity { relation: Some(Relation::Equal), value, ..Quantity::text_only(raw, "") }
    }

    #[test]
    fn the_last_printed_place_is_told_in_the_base_unit() {
        for (raw, value, place) in [
            ("9.48亿元", "948000000", "1000000"),
            ("85,139 万元", "851390000", "10000"),
            ("33.84%", "0.3384", "0.0001"),
            ("较2020年增加20人", "20", "1"),
            ("１２８６．５０", "12865000", "100"),
            ("110", "1100000", "10000"),
            ("0.00", "0", "0"),
        ] {
            let found = Figure::of(&quantity(raw, value)).unwrap();
            assert_eq!(found.place, place.parse::<Decimal>().unwrap(), "{raw}");
        }
        assert_eq!(Figure::of(&quantity("三成", "0.3")), None);
        assert_eq!(Figure::of(&quantity("130个（含5个）", "130")), None);
    }
}
