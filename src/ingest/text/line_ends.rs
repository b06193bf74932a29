//! `\r\n` and a lone `\r` become `\n`, in the buffer that the text already has.

use memchr::memchr;

/// The text with `\n` as its only line end.
pub(super) fn unify(text: String) -> String {
    let Some(first) = memchr(b'\r', text.as_bytes()) else {
        return text;
    };
    let mut bytes = text.into_bytes();
    let mut to = first;
    let mut from = first;
    while from < bytes.len() {
        // bytes[from] is a carriage return here.
        bytes[to] = b'\n';
        to += 1;
        from += if bytes.get(from + 1) == Some(&b'\n') { 2 } else { 1 };
        let run = memchr(b'\r', &bytes[from..]).unwrap_or(bytes.len() - from);
        bytes.copy_within(from..from + run, to);
        to += run;
        from += run;
    }
    bytes.truncate(to);
    // Only ASCII bytes were taken out, so this is valid; the fallback keeps the function total.
    String::from_utf8(bytes).unwrap_or_else(|e| String::from_utf8_lossy(e.as_bytes()).into_owned())
}

#[cfg(test)]
mod tests {
    use super::unify;

    #[test]
    fn every_line_end_becomes_a_newline() {
        assert_eq!(unify("一\r\n二\r三\n四\r\r\n五\r".into()), "一\n二\n三\n四\n\n五\n");
        assert_eq!(unify("没有".into()), "没有");
    }
}
