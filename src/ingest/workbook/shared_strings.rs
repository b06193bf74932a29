//! The texts of an XLSX workbook, which its cells refer to by number (`xl/sharedStrings.xml`).

use super::super::LoadError;
use super::super::xml::{Xml, local, push_reference};
use quick_xml::events::Event;

/// All texts end to end in one string, since a workbook may have millions.
#[derive(Debug, Default)]
pub(super) struct SharedStrings {
    texts: String,
    ends: Vec<usize>,
}

impl SharedStrings {
    pub(super) fn read(mut xml: Xml<'_>) -> Result<Self, LoadError> {
        let mut strings = SharedStrings::default();
        let mut in_text = false;
        loop {
            if in_text {
                xml.take_text(&mut strings.texts);
            }
            let phonetic = match xml.next()? {
                Event::Start(e) => match local(e.name().as_ref()) {
                    "t" => {
                        in_text = true;
                        false
                    }
                    "rPh" => true,
                    _ => false,
                },
                Event::End(e) => {
                    match local(e.name().as_ref()) {
                        "t" => in_text = false,
                        "si" => strings.end_text(),
                        _ => {}
                    }
                    false
                }
                Event::Text(t) if in_text => {
                    strings.texts.push_str(&t);
                    false
                }
                Event::CData(t) if in_text => {
                    strings.texts.push_str(&t);
                    false
                }
                Event::GeneralRef(r) if in_text => {
                    push_reference(&mut strings.texts, &r);
                    false
                }
                Event::Eof => return Ok(strings),
                _ => false,
            };
            if phonetic {
                xml.skip_element()?;
            }
        }
    }

    fn end_text(&mut self) {
        let start = self.ends.last().copied().unwrap_or(0);
        if let Some(plain) = unescaped(&self.texts[start..]) {
            self.texts.truncate(start);
            self.texts.push_str(&plain);
        }
        self.ends.push(self.texts.len());
    }

    /// The text of this number.
    pub(super) fn get(&self, index: usize) -> Option<&str> {
        let end = *self.ends.get(index)?;
        let start = index.checked_sub(1).map_or(0, |before| self.ends[before]);
        Some(&self.texts[start..end])
    }
}

/// The text with Excel's own escapes (`_x000D_`) and line ends resolved; none where it has neither.
pub(super) fn unescaped(text: &str) -> Option<String> {
    if !text.contains("_x") && !text.contains('\r') {
        return None;
    }
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("_x") {
        plain.push_str(&rest[..at]);
        let code = rest.get(at + 2..at + 6).filter(|_| rest[at + 6..].starts_with('_'));
        match code.and_then(|hex| u32::from_str_radix(hex, 16).ok()).and_then(char::from_u32) {
            Some(c) => {
                plain.push(c);
                rest = &rest[at + 7..];
            }
            None => {
                plain.push_str("_x");
                rest = &rest[at + 2..];
            }
        }
    }
    plain.push_str(rest);
    Some(plain.replace("\r\n", "\n").replace('\r', "\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_found_by_number() {
        let xml = r#"<sst><si><t>甲</t></si><si/><si><r><t>乙</t></r><r><t xml:space="preserve"> &lt;丙</t></r><rPh><t>音</t></rPh></si><si><t>a_x000D_
b_x_c_x5F20_</t></si></sst>"#;
        let strings = SharedStrings::read(Xml::of_bytes(xml.as_bytes(), "sst", 64)).unwrap();
        let all: Vec<_> = (0..5).map(|i| strings.get(i)).collect();
        assert_eq!(all, [Some("甲"), Some(""), Some("乙 <丙"), Some("a\nb_x_c张"), None]);
    }
}
