//! HTML character references: the named ones that office programs and OCR write, and all numeric ones.

/// The longest reference looked at, in bytes between `&` and `;`.
const LONGEST: usize = 10;

/// Reads a reference at the start of `text` (which begins with `&`): its character and its length in bytes.
pub(super) fn read(text: &str) -> Option<(char, usize)> {
    let rest = text.get(1..)?;
    let semicolon = rest.bytes().take(LONGEST + 1).position(|b| b == b';')?;
    let name = rest.get(..semicolon)?;
    let c = match name.strip_prefix('#') {
        Some(number) => {
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code).filter(|c| *c == '\n' || *c == '\t' || !c.is_control())?
        }
        None => named(name)?,
    };
    Some((c, semicolon + 2))
}

fn named(name: &str) -> Option<char> {
    Some(match name {
        "nbsp" | "ensp" | "emsp" | "thinsp" => ' ',
        "lt" => '<',
        "gt" => '>',
        "amp" => '&',
        "quot" => '"',
        "apos" => '\'',
        "ge" => '≥',
        "le" => '≤',
        "ne" => '≠',
        "asymp" => '≈',
        "times" => '×',
        "divide" => '÷',
        "plusmn" => '±',
        "minus" => '−',
        "middot" => '·',
        "bull" => '•',
        "ndash" => '–',
        "mdash" => '—',
        "hellip" => '…',
        "ldquo" => '“',
        "rdquo" => '”',
        "lsquo" => '‘',
        "rsquo" => '’',
        "permil" => '‰',
        "deg" => '°',
        "sup2" => '²',
        "sup3" => '³',
        "yen" => '¥',
        "radic" => '√',
        _ => return None,
    })
}
