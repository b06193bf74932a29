//! Traditional characters as simplified ones, for matching keys: 項目資金（萬元） is found where 项目资金 is known.

use std::sync::LazyLock;

/// First and last of the unified ideographs that the table covers.
const FIRST: u32 = 0x4e00;
const LAST: u32 = 0x9fff;

/// For each ideograph its simplified form, as an offset from [`FIRST`].
static SIMPLIFIED: LazyLock<Table> = LazyLock::new(|| {
    let mut table: Vec<u16> = (0..=(LAST - FIRST) as u16).collect();
    let lines = include_str!("../../patterns/traditional.tsv").lines().filter(|line| !line.starts_with('#'));
    for (simplified, traditional) in lines.filter_map(|line| line.split_once('\t')) {
        let Some(to) = simplified.chars().next().and_then(place) else { continue };
        for from in traditional.chars().filter_map(place) {
            table[from] = to as u16;
        }
    }
    Table(table)
});

/// The simplified forms; hold on to it for a text of many characters.
pub(super) struct Table(Vec<u16>);

/// The simplified forms of all characters.
pub(super) fn table() -> &'static Table {
    &SIMPLIFIED
}

/// Where a character stands in the table.
fn place(c: char) -> Option<usize> {
    (FIRST..=LAST).contains(&(c as u32)).then(|| (c as u32 - FIRST) as usize)
}

impl Table {
    /// The simplified form of a character; others as they are.
    pub(super) fn of(&self, c: char) -> char {
        match place(c) {
            Some(at) => char::from_u32(FIRST + u32::from(self.0[at])).unwrap_or(c),
            None => c,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn traditional_characters_are_found_and_simplified_ones_stay() {
        let simplified: String =
            "項目資金總額（萬元），實際完成值，產出指標，滿意度".chars().map(|c| table().of(c)).collect();
        assert_eq!(simplified, "项目资金总额（万元），实际完成值，产出指标，满意度");
        let same = "项目资金总额，里程后面干系台制表";
        assert_eq!(same.chars().map(|c| table().of(c)).collect::<String>(), same);
    }
}
