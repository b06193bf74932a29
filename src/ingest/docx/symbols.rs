//! Characters of the symbol fonts as Unicode: Wingdings and its kin keep their pictures on the places of letters, so a
//! checked box is `þ` or U+F0FE in the file. Source: Microsoft's symbol font charts and Unicode's mapping of Wingdings.

/// A font whose letters are pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SymbolFont {
    Wingdings,
    Wingdings2,
    Symbol,
}

impl SymbolFont {
    /// The symbol font of this name, none for a font of letters.
    pub(super) fn named(name: &str) -> Option<Self> {
        match name.trim() {
            n if n.eq_ignore_ascii_case("Wingdings") => Some(SymbolFont::Wingdings),
            n if n.eq_ignore_ascii_case("Wingdings 2") => Some(SymbolFont::Wingdings2),
            n if n.eq_ignore_ascii_case("Symbol") => Some(SymbolFont::Symbol),
            _ => None,
        }
    }
}

/// The character that a place of a symbol font shows. `code` may lie in the private area U+F000–F0FF, where Word puts
/// such places, or be the bare place. None where the chart below has no entry.
pub(super) fn symbol(font: SymbolFont, code: u32) -> Option<char> {
    let place = if (0xF000..=0xF0FF).contains(&code) { code - 0xF000 } else { code };
    let chart: &[(u32, char)] = match font {
        SymbolFont::Wingdings => WINGDINGS,
        SymbolFont::Wingdings2 => WINGDINGS_2,
        SymbolFont::Symbol => SYMBOL,
    };
    chart.binary_search_by_key(&place, |entry| entry.0).ok().map(|at| chart[at].1)
}

/// Boxes that are ticked come out as ☑ and empty ones as □, the two forms that such reports use, however drawn.
const WINGDINGS: &[(u32, char)] = &[
    (0x20, ' '),
    (0x6C, '●'),
    (0x6D, '○'),
    (0x6E, '■'),
    (0x6F, '□'),
    (0x70, '□'),
    (0x71, '□'),
    (0x72, '□'),
    (0x73, '⬧'),
    (0x74, '⧫'),
    (0x75, '◆'),
    (0x76, '❖'),
    (0x77, '◆'),
    (0x78, '☒'),
    (0x80, '⓪'),
    (0x81, '①'),
    (0x82, '②'),
    (0x83, '③'),
    (0x84, '④'),
    (0x85, '⑤'),
    (0x86, '⑥'),
    (0x87, '⑦'),
    (0x88, '⑧'),
    (0x89, '⑨'),
    (0x8A, '⑩'),
    (0x9F, '•'),
    (0xA1, '○'),
    (0xA4, '◉'),
    (0xA7, '▪'),
    (0xA8, '□'),
    (0xAB, '★'),
    (0xD8, '➢'),
    (0xDF, '←'),
    (0xE0, '→'),
    (0xE1, '↑'),
    (0xE2, '↓'),
    (0xFB, '✗'),
    (0xFC, '✓'),
    (0xFD, '☒'),
    (0xFE, '☑'),
];

const WINGDINGS_2: &[(u32, char)] = &[
    (0x20, ' '),
    (0x4F, '✗'),
    (0x50, '✓'),
    (0x51, '☒'),
    (0x52, '☑'),
    (0x53, '☒'),
    (0x54, '☒'),
    (0x6A, '①'),
    (0x6B, '②'),
    (0x6C, '③'),
    (0x6D, '④'),
    (0x6E, '⑤'),
    (0x6F, '⑥'),
    (0x70, '⑦'),
    (0x71, '⑧'),
    (0x72, '⑨'),
    (0x73, '⑩'),
    (0x97, '●'),
    (0x98, '●'),
    (0xA2, '■'),
    (0xA3, '□'),
    (0xA4, '□'),
];

const SYMBOL: &[(u32, char)] = &[
    (0x20, ' '),
    (0x2A, '∗'),
    (0x2D, '−'),
    (0x3C, '<'),
    (0x3D, '='),
    (0x3E, '>'),
    (0x61, 'α'),
    (0x62, 'β'),
    (0x64, 'δ'),
    (0x6D, 'μ'),
    (0x73, 'σ'),
    (0xA3, '≤'),
    (0xB0, '°'),
    (0xB1, '±'),
    (0xB2, '″'),
    (0xB3, '≥'),
    (0xB4, '×'),
    (0xB7, '•'),
    (0xB8, '÷'),
    (0xB9, '≠'),
    (0xBA, '≡'),
    (0xBB, '≈'),
    (0xBC, '…'),
    (0xD6, '√'),
    (0xD7, '⋅'),
    (0xDE, '⇒'),
    (0xE5, '∑'),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticked_and_empty_boxes() {
        assert_eq!(symbol(SymbolFont::Wingdings, 0xF0FE), Some('☑'));
        assert_eq!(symbol(SymbolFont::Wingdings, 0xFE), Some('☑'));
        assert_eq!(symbol(SymbolFont::Wingdings, 0xF0A8), Some('□'));
        assert_eq!(symbol(SymbolFont::Wingdings2, 0xF052), Some('☑'));
        assert_eq!(symbol(SymbolFont::Wingdings2, 0x52), Some('☑'));
        assert_eq!(symbol(SymbolFont::Symbol, 0xF0B3), Some('≥'));
        assert_eq!(symbol(SymbolFont::Wingdings, 0x21), None);
        assert_eq!(SymbolFont::named("Wingdings 2"), Some(SymbolFont::Wingdings2));
        assert_eq!(SymbolFont::named("宋体"), None);
    }

    #[test]
    fn charts_are_sorted() {
        for chart in [WINGDINGS, WINGDINGS_2, SYMBOL] {
            assert!(chart.windows(2).all(|w| w[0].0 < w[1].0));
        }
    }
}
