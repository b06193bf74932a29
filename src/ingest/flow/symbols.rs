//! Marks drawn with symbol fonts: the boxes and ticks that forms use (Microsoft's charts of Wingdings and Wingdings 2).

/// The mark at a place of a symbol font; `code` may lie in the private area U+F000–F0FF where Word keeps such places.
/// None where it is no mark of a form.
pub(crate) fn mark(font: &str, code: u32) -> Option<char> {
    let place = if (0xF000..=0xF0FF).contains(&code) { code - 0xF000 } else { code };
    if font.eq_ignore_ascii_case("Wingdings 2") {
        return match place {
            0x50 | 0x51 => Some(if place == 0x50 { '✓' } else { '✗' }),
            0x52 => Some('☑'),
            0x53 | 0x54 => Some('☒'),
            0x2A | 0xA3 => Some('□'),
            0xA2 => Some('■'),
            _ => None,
        };
    }
    match place {
        0xFE => Some('☑'),
        0xFD | 0x78 => Some('☒'),
        0x6F | 0x70 | 0x71 | 0x72 | 0xA8 => Some('□'),
        0x6E => Some('■'),
        0xFC => Some('✓'),
        0xFB => Some('✗'),
        0x6C => Some('●'),
        0xA1 => Some('○'),
        _ => None,
    }
}
