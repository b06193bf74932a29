//! The number that a text ends with, or that stands last in it.

use super::display;

/// The digits of the last number printed in a text, with its point and without commas between thousands; `None` where there
/// is none. Words of a change may hold a year before it.
pub(crate) fn last_number(raw: &str) -> Option<String> {
    let text = display(raw);
    let end = text.rfind(|c: char| c.is_ascii_digit())? + 1;
    let start = text[..end]
        .rfind(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | ',')))
        .map_or(0, |at| at + text[at..].chars().next().map_or(1, char::len_utf8));
    Some(text[start..end].chars().filter(|c| *c != ',').collect())
}

#[cfg(test)]
mod tests {
    use super::last_number;

    #[test]
    fn the_last_one_counts_and_commas_do_not() {
        assert_eq!(last_number("2023年增长１,２34.50万元").as_deref(), Some("1234.50"));
        assert_eq!(last_number("98%").as_deref(), Some("98"));
        assert_eq!(last_number("无"), None);
    }
}
