//! Rows with absurdly many cells, which are read as running text: said once a document.

use super::MAX_COLUMNS;
use crate::model::{Code, Finding, Severity};
use memchr::memchr3_iter;

/// A finding on the first row that has more cells than are read.
pub(super) fn finding(text: &str) -> Option<Finding> {
    let bytes = text.as_bytes();
    let (mut line, mut cells, mut last) = (1usize, 0usize, b'\n');
    let mut wide = None;
    for at in memchr3_iter(b'\t', b'|', b'\n', bytes) {
        if bytes[at] == b'\n' {
            if wide.is_some() {
                break;
            }
            (line, cells) = (line + 1, 0);
        } else {
            // Tabs at a line's end are no cells.
            let separates = bytes[at] == b'|' || bytes.get(at + 1).is_some_and(|next| !b"\t\n".contains(next));
            cells += usize::from(separates || last != bytes[at]);
            if cells > MAX_COLUMNS {
                wide = Some((line, cells));
            }
        }
        last = bytes[at];
    }
    let (line, cells) = wide?;
    Some(
        Finding::new(
            Code::ContentSkipped,
            Severity::Warning,
            format!("line {line} has {cells} cells, more than any form has: it was read as running text"),
        )
        .with(format!("at most {MAX_COLUMNS} cells"), cells),
    )
}

#[cfg(test)]
mod tests {
    use super::finding;

    #[test]
    fn a_row_of_a_hundred_thousand_cells_is_reported_with_its_line() {
        let wide = format!("项目\t名称\n{}\n后", "1\t".repeat(100_000));
        let found = finding(&wide).unwrap();
        assert!(found.message.starts_with("line 2 has "), "{}", found.message);
        assert!(finding(&"|甲".repeat(100_000)).is_some());
    }

    #[test]
    fn trailing_tabs_are_no_cells() {
        let row = format!("合计{}\n", "\t".repeat(16_384));
        assert_eq!(finding(&row.repeat(3)), None);
        assert_eq!(finding(&"一\t二\n".repeat(10_000)), None);
    }
}
