//! The number that a text ends with, or that stands last in it.

use super::{display, stays_as_it_is};
use std::borrow::Cow;

/// The digits of the last number printed in a text, with its point and without commas between thousands; `None` where there
/// is none. Words of a change may hold a year before it.
pub(crate) fn last_number(raw: &str) -> Option<String> {
    let text = if stays_as_it_is(raw) { Cow::Borrowed(raw) } else { display(raw) };
    let bytes = text.as_bytes();
    let end = bytes.iter().rposition(u8::is_ascii_digit)? + 1;
    let before = bytes[..end].iter().rposition(|b| !(b.is_ascii_digit() || matches!(b, b'.' | b',')));
    let number = text.get(before.map_or(0, |at| at + 1)..end)?;
    Some(if number.contains(',') { number.replace(',', "") } else { number.to_owned() })
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
