//! Labels of numbered paragraphs. Word does not store `一、` or `（1）`: it counts them when it shows the document, by
//! the lists of `word/numbering.xml`, so they are counted here in the same way.

use super::super::LoadError;
use super::super::xml::{Xml, attribute, attributes, is_on, local, number_attribute};
use super::symbols::{SymbolFont, symbol};
use quick_xml::events::Event;
use std::collections::HashMap;

/// Levels of a list.
const LEVELS: usize = 9;
/// Most characters of a level's text; Word's dialogs take a few dozen. It is written before every paragraph of the list.
const LONGEST_TEXT: usize = 255;

/// The lists of a document, with their counters as far as the document has been read.
#[derive(Debug, Default)]
pub(super) struct Numbering {
    lists: HashMap<u32, List>,
    instances: HashMap<u32, Instance>,
}

/// A list as designed (`w:abstractNum`).
#[derive(Debug, Default)]
struct List {
    levels: [Option<Level>; LEVELS],
    counters: [Option<u32>; LEVELS],
}

/// A use of a list (`w:num`): same counters, perhaps begun anew or shown in another way.
#[derive(Debug, Default)]
struct Instance {
    list: u32,
    starts: [Option<u32>; LEVELS],
    levels: [Option<Level>; LEVELS],
    used: [bool; LEVELS],
}

#[derive(Debug, Clone)]
struct Level {
    start: u32,
    format: String,
    text: String,
    style: Option<String>,
    font: Option<SymbolFont>,
    /// Deepest level above whose counting does not begin this one anew.
    restart_after: Option<u8>,
    nothing_after: bool,
    all_decimal: bool,
}

impl Default for Level {
    fn default() -> Self {
        Level {
            start: 1,
            format: "decimal".into(),
            text: String::new(),
            style: None,
            font: None,
            restart_after: None,
            nothing_after: false,
            all_decimal: false,
        }
    }
}

impl Numbering {
    /// Reads `word/numbering.xml`.
    pub(super) fn read(mut xml: Xml<'_>) -> Result<Self, LoadError> {
        let mut numbering = Numbering::default();
        let mut list: Option<(u32, List)> = None;
        let mut instance: Option<(u32, Instance)> = None;
        let mut level: Option<(usize, Level)> = None;
        let mut overridden: Option<usize> = None;
        loop {
            match xml.next()? {
                Event::Start(e) => match local(e.name().as_ref()) {
                    "abstractNum" => {
                        list = number_attribute(&e, "abstractNumId").map(|id| (id, List::default()));
                    }
                    "num" => instance = number_attribute(&e, "numId").map(|id| (id, Instance::default())),
                    "abstractNumId" => {
                        if let (Some((_, i)), Some(id)) = (&mut instance, number_attribute(&e, "val")) {
                            i.list = id;
                        }
                    }
                    "lvlOverride" => overridden = number_attribute(&e, "ilvl").filter(|l| *l < LEVELS),
                    "startOverride" => {
                        if let (Some((_, i)), Some(l)) = (&mut instance, overridden) {
                            i.starts[l] = number_attribute(&e, "val");
                        }
                    }
                    "lvl" => {
                        level = number_attribute(&e, "ilvl").filter(|l| *l < LEVELS).map(|l| (l, Level::default()));
                    }
                    name => {
                        if let Some((_, level)) = &mut level {
                            match name {
                                "start" => level.start = number_attribute(&e, "val").unwrap_or(1),
                                "numFmt" => level.format = attribute(&e, "val").unwrap_or_default().into_owned(),
                                "lvlText" => {
                                    let text = attribute(&e, "val").unwrap_or_default();
                                    level.text = text.chars().take(LONGEST_TEXT).collect();
                                }
                                "pStyle" => level.style = attribute(&e, "val").map(|v| v.into_owned()),
                                "lvlRestart" => level.restart_after = number_attribute(&e, "val"),
                                "suff" => level.nothing_after = attribute(&e, "val").is_some_and(|v| v == "nothing"),
                                "isLgl" => level.all_decimal = is_on(&e),
                                "rFonts" => level.font = attributes(&e).find_map(|(_, v)| SymbolFont::named(v)),
                                _ => {}
                            }
                        }
                    }
                },
                Event::End(e) => match local(e.name().as_ref()) {
                    "lvl" => {
                        if let Some((at, level)) = level.take() {
                            match (&mut list, &mut instance) {
                                (Some((_, l)), _) => l.levels[at] = Some(level),
                                (None, Some((_, i))) => i.levels[at] = Some(level),
                                (None, None) => {}
                            }
                        }
                    }
                    "abstractNum" => numbering.lists.extend(list.take()),
                    "num" => numbering.instances.extend(instance.take()),
                    _ => {}
                },
                Event::Eof => return Ok(numbering),
                _ => {}
            }
        }
    }

    /// Counts one paragraph of list `num_id` and gives the label that it shows, with the gap behind it. `level` is none
    /// where only the paragraph's style says that it is numbered: then the list says which level is that style's.
    pub(super) fn label(&mut self, num_id: u32, level: Option<u8>, style: Option<&str>) -> Option<String> {
        let instance = self.instances.get_mut(&num_id)?;
        let list = self.lists.get_mut(&instance.list)?;
        let of_style = || {
            let style = style?;
            list.levels.iter().position(|l| l.as_ref().is_some_and(|l| l.style.as_deref() == Some(style)))
        };
        let at = level.map(usize::from).or_else(of_style).unwrap_or(0);
        if at >= LEVELS {
            return None;
        }
        let design = |l: usize| instance.levels[l].as_ref().or(list.levels[l].as_ref());
        let shown = design(at)?;
        let begin = |l: usize| instance.starts[l].or(design(l).map(|d| d.start)).unwrap_or(1);
        let first_use_of_start = instance.starts[at].is_some() && !instance.used[at];
        list.counters[at] = Some(match list.counters[at] {
            Some(n) if !first_use_of_start => n.saturating_add(1),
            _ => begin(at),
        });
        // A level's number stands in the labels below it even where no paragraph has shown it.
        for above in 0..at {
            list.counters[above].get_or_insert(begin(above));
        }
        for (below, counter) in list.counters.iter_mut().enumerate().skip(at + 1) {
            let after = design(below).and_then(|d| d.restart_after);
            if after.is_none_or(|after| usize::from(after) > at) {
                *counter = None;
            }
        }
        instance.used[at] = true;

        if shown.format == "bullet" {
            let glyph = |c: char| match shown.font {
                Some(font) => symbol(font, u32::from(c)).unwrap_or('•'),
                None if (0xE000..0xF900).contains(&u32::from(c)) => '•',
                None => c,
            };
            return Some(shown.text.chars().map(glyph).chain([' ']).collect());
        }
        let mut label = String::new();
        let mut chars = shown.text.chars().peekable();
        while let Some(c) = chars.next() {
            let place = chars.peek().and_then(|d| d.to_digit(10)).filter(|d| c == '%' && *d >= 1);
            let Some(place) = place else {
                label.push(c);
                continue;
            };
            chars.next();
            let place = place as usize - 1;
            let format = match design(place) {
                Some(d) if !shown.all_decimal => d.format.as_str(),
                _ => "decimal",
            };
            if let Some(n) = list.counters[place] {
                push_counted(&mut label, n, format);
            }
        }
        // Full-width punctuation brings its own gap.
        if !shown.nothing_after && label.chars().next_back().is_some_and(|c| c.is_ascii() && c != ' ') {
            label.push(' ');
        }
        Some(label).filter(|l| !l.is_empty())
    }
}

/// Adds a number in one of Word's number formats (ECMA-376 17.18.59); unknown ones are shown as decimals.
fn push_counted(into: &mut String, n: u32, format: &str) {
    let from_row = |row: &str| n.checked_sub(1).and_then(|i| row.chars().nth(i as usize));
    let enclosed = |first: u32, count: u32| (1..=count).contains(&n).then(|| char::from_u32(first + n - 1)).flatten();
    let one = match format {
        "none" => return,
        "ideographTraditional" => from_row("甲乙丙丁戊己庚辛壬癸"),
        "ideographZodiac" => from_row("子丑寅卯辰巳午未申酉戌亥"),
        "decimalEnclosedCircle" | "decimalEnclosedCircleChinese" => enclosed(0x2460, 20),
        "decimalEnclosedParen" => enclosed(0x2474, 20),
        "decimalEnclosedFullstop" => enclosed(0x2488, 20),
        "ideographEnclosedCircle" => enclosed(0x3280, 10),
        _ => None,
    };
    if let Some(c) = one {
        into.push(c);
        return;
    }
    match format {
        "upperLetter" => push_letters(into, n, b'A'),
        "lowerLetter" => push_letters(into, n, b'a'),
        "upperRoman" => push_roman(into, n, false),
        "lowerRoman" => push_roman(into, n, true),
        "chineseCounting"
        | "chineseCountingThousand"
        | "japaneseCounting"
        | "taiwaneseCounting"
        | "taiwaneseCountingThousand"
        | "japaneseDigitalTenThousand"
        | "koreanCounting" => {
            push_chinese(into, n, ["零一二三四五六七八九", "十百千万"]);
        }
        "chineseLegalSimplified" => push_chinese(into, n, ["零壹贰叁肆伍陆柒捌玖", "拾佰仟万"]),
        "ideographLegalTraditional" => push_chinese(into, n, ["零壹貳參肆伍陸柒捌玖", "拾佰仟萬"]),
        "ideographDigital" | "taiwaneseDigital" => {
            into.extend(n.to_string().bytes().filter_map(|d| "〇一二三四五六七八九".chars().nth((d - b'0').into())));
        }
        "decimalFullWidth" | "decimalFullWidth2" => {
            into.extend(n.to_string().bytes().filter_map(|d| char::from_u32(0xFF10 + u32::from(d - b'0'))));
        }
        "decimalZero" if n < 10 => {
            into.push('0');
            into.push_str(&n.to_string());
        }
        _ => into.push_str(&n.to_string()),
    }
}

/// A, B … Z, AA, BB …, as Word counts: the letter is repeated.
fn push_letters(into: &mut String, n: u32, first: u8) {
    let Some(i) = n.checked_sub(1) else { return };
    let letter = char::from(first + (i % 26) as u8);
    into.extend(std::iter::repeat_n(letter, (i / 26 + 1).min(30) as usize));
}

fn push_roman(into: &mut String, n: u32, lower: bool) {
    if n == 0 || n >= 4000 {
        into.push_str(&n.to_string());
        return;
    }
    const PARTS: [(u32, &str); 13] = [
        (1000, "M"),
        (900, "CM"),
        (500, "D"),
        (400, "CD"),
        (100, "C"),
        (90, "XC"),
        (50, "L"),
        (40, "XL"),
        (10, "X"),
        (9, "IX"),
        (5, "V"),
        (4, "IV"),
        (1, "I"),
    ];
    let mut rest = n;
    for (value, letters) in PARTS {
        while rest >= value {
            rest -= value;
            if lower { into.push_str(&letters.to_lowercase()) } else { into.push_str(letters) }
        }
    }
}

/// 十, 十一, 二十, 一百零五: counting up to 99,999; above, decimals. `words` are the ten digits, then 十 百 千 万.
fn push_chinese(into: &mut String, n: u32, words: [&str; 2]) {
    if n == 0 || n > 99_999 {
        into.push_str(&n.to_string());
        return;
    }
    let digit = |d: u32| words[0].chars().nth(d as usize);
    let unit = |place: u32| words[1].chars().nth(place as usize - 1);
    let (mut begun, mut gap) = (false, false);
    for place in (0..=4).rev() {
        let d = n / 10u32.pow(place) % 10;
        if d == 0 {
            gap = begun;
            continue;
        }
        if gap {
            into.extend(digit(0));
            gap = false;
        }
        // A leading ten is 十, not 一十.
        if begun || place != 1 || d != 1 {
            into.extend(digit(d));
        }
        if place > 0 {
            into.extend(unit(place));
        }
        begun = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(n: u32, format: &str) -> String {
        let mut s = String::new();
        push_counted(&mut s, n, format);
        s
    }

    #[test]
    fn number_formats_read_as_people_count() {
        for (n, format, shown) in [
            (1, "chineseCounting", "一"),
            (10, "chineseCounting", "十"),
            (12, "japaneseCounting", "十二"),
            (20, "chineseCountingThousand", "二十"),
            (105, "chineseCountingThousand", "一百零五"),
            (3010, "chineseCountingThousand", "三千零一十"),
            (23, "chineseLegalSimplified", "贰拾叁"),
            (3, "decimalEnclosedCircle", "③"),
            (21, "decimalEnclosedCircle", "21"),
            (2, "lowerLetter", "b"),
            (28, "upperLetter", "BB"),
            (4, "lowerRoman", "iv"),
            (2, "ideographTraditional", "乙"),
            (7, "decimalZero", "07"),
            (7, "somethingElse", "7"),
        ] {
            assert_eq!(counted(n, format), shown);
        }
    }

    fn numbering() -> Numbering {
        let xml = r#"<w:numbering>
          <w:abstractNum w:abstractNumId="3">
            <w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="chineseCounting"/><w:lvlText w:val="%1、"/></w:lvl>
            <w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="chineseCounting"/><w:lvlText w:val="（%2）"/></w:lvl>
            <w:lvl w:ilvl="2"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1.%2.%3"/><w:isLgl/></w:lvl>
          </w:abstractNum>
          <w:num w:numId="1"><w:abstractNumId w:val="3"/></w:num>
          <w:num w:numId="2"><w:abstractNumId w:val="3"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride></w:num>
        </w:numbering>"#;
        Numbering::read(Xml::of_bytes(xml.as_bytes(), "numbering.xml", 64)).unwrap()
    }

    #[test]
    fn levels_count_and_begin_anew() {
        let mut n = numbering();
        let mut label = |id, level| n.label(id, Some(level), None).unwrap();
        assert_eq!(label(1, 0), "一、");
        assert_eq!(label(1, 1), "（一）");
        assert_eq!(label(1, 1), "（二）");
        assert_eq!(label(1, 2), "1.2.1 ");
        assert_eq!(label(1, 0), "二、");
        assert_eq!(label(1, 1), "（一）");
        assert_eq!(label(2, 0), "一、");
        assert_eq!(label(2, 0), "二、");
        assert!(n.label(9, Some(0), None).is_none());
        assert!(n.label(1, Some(200), None).is_none());
    }

    #[test]
    fn a_levels_text_is_no_longer_than_word_writes_it() {
        let xml = format!(
            r#"<w:numbering><w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:lvlText w:val="{}"/></w:lvl></w:abstractNum>
               <w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num></w:numbering>"#,
            "条".repeat(100_000)
        );
        let mut n = Numbering::read(Xml::of_bytes(xml.as_bytes(), "numbering.xml", 64)).unwrap();
        assert_eq!(n.label(1, Some(0), None), Some("条".repeat(255)));
    }
}
