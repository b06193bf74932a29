//! The names of the fonts that characters refer to by number.

/// The fonts' names, in the order that characters refer to them (MS-DOC 2.9.276, SttbfFfn).
pub(super) fn font_names(table: &[u8]) -> Vec<String> {
    /// Where the name begins in an entry: behind flags, weight, shape and signature.
    const NAME: usize = 40;
    let mut names = Vec::new();
    let mut rest = table.get(4..).unwrap_or(&[]);
    while let Some((length, body)) = rest.split_first() {
        let end = usize::from(*length).min(body.len());
        let name: Vec<u16> = body
            .get(NAME - 1..end)
            .unwrap_or(&[])
            .chunks_exact(2)
            .map(|pair| u16::from_le_bytes([pair[0], pair[1]]))
            .take_while(|unit| *unit != 0)
            .collect();
        names.push(String::from_utf16_lossy(&name));
        rest = body.get(end..).unwrap_or(&[]);
        if end == 0 {
            break;
        }
    }
    names
}
