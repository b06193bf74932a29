//! What a paragraph or run takes from its style: numbering, heading level, hidden text. The rest of styling is not text.

use super::super::LoadError;
use super::super::xml::{Xml, attribute, is_on, local, number_attribute};
use quick_xml::events::Event;
use std::collections::HashMap;

/// Longest chain of styles based on one another that is followed: Word stops at eleven.
const LONGEST_CHAIN: usize = 20;
/// Longest id of a style that others are looked up by, in bytes; Word's names have 253 characters. Each paragraph looks up
/// a whole chain of them.
const LONGEST_ID: usize = 1024;

/// The styles of a document by their ids.
#[derive(Debug, Default)]
pub(super) struct Styles {
    by_id: HashMap<String, Style>,
    default_paragraph: Option<String>,
}

/// What a style says itself.
#[derive(Debug, Default, Clone)]
struct Style {
    based_on: Option<String>,
    num_id: Option<u32>,
    level: Option<u8>,
    outline: Option<u8>,
    hidden: Option<bool>,
}

/// What a paragraph has from its style and those it is based on.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct FromStyle {
    /// List that it belongs to.
    pub(super) num_id: Option<u32>,
    /// Level in that list, 0-based; none where the list itself names the style at a level.
    pub(super) level: Option<u8>,
    /// Level as a heading, 1 the highest.
    pub(super) heading: Option<u8>,
    /// Its text is not shown.
    pub(super) hidden: bool,
}

impl Styles {
    /// Reads `word/styles.xml`.
    pub(super) fn read(mut xml: Xml<'_>) -> Result<Self, LoadError> {
        let mut styles = Styles::default();
        let mut current: Option<(String, Style)> = None;
        loop {
            match xml.next()? {
                Event::Start(e) => match (local(e.name().as_ref()), &mut current) {
                    ("style", _) => {
                        // Styles of tables and lists say nothing of text, and are the larger part of many files.
                        if attribute(&e, "type").is_some_and(|t| t == "table" || t == "numbering") {
                            let name = e.name().as_ref().to_owned();
                            xml.skip_flat_element(&name)?;
                            continue;
                        }
                        let id = attribute(&e, "styleId").unwrap_or_default().into_owned();
                        let is_default = attribute(&e, "default").is_some_and(|v| v == "1" || v == "true");
                        if is_default
                            && id.len() <= LONGEST_ID
                            && attribute(&e, "type").is_some_and(|t| t == "paragraph")
                        {
                            styles.default_paragraph = Some(id.clone());
                        }
                        current = Some((id, Style::default()));
                    }
                    ("basedOn", Some((_, s))) => {
                        s.based_on = attribute(&e, "val").filter(|v| v.len() <= LONGEST_ID).map(|v| v.into_owned());
                    }
                    ("numId", Some((_, s))) => s.num_id = number_attribute(&e, "val"),
                    ("ilvl", Some((_, s))) => s.level = number_attribute(&e, "val"),
                    ("outlineLvl", Some((_, s))) => s.outline = number_attribute(&e, "val"),
                    ("vanish", Some((_, s))) => s.hidden = Some(is_on(&e)),
                    ("latentStyles" | "docDefaults" | "tblStylePr", _) => xml.skip_element()?,
                    _ => {}
                },
                Event::End(e) if local(e.name().as_ref()) == "style" => {
                    if let Some((id, style)) = current.take() {
                        styles.by_id.insert(id, style);
                    }
                }
                Event::Eof => return Ok(styles),
                _ => {}
            }
        }
    }

    /// What a paragraph of this style has; of the document's default style where it names none.
    pub(super) fn paragraph(&self, id: Option<&str>) -> FromStyle {
        let mut result = FromStyle::default();
        let Some(id) = id.or(self.default_paragraph.as_deref()) else {
            return result;
        };
        let (mut outline, mut hidden) = (None, None);
        for style in self.chain(id) {
            if result.num_id.is_none() {
                result.num_id = style.num_id;
            }
            result.level = result.level.or(style.level);
            outline = outline.or(style.outline);
            hidden = hidden.or(style.hidden);
        }
        result.heading = outline.filter(|l| *l < 9).map(|l| l + 1);
        result.hidden = hidden == Some(true);
        result
    }

    /// Does this style hide a run's text?
    pub(super) fn hides_run(&self, id: &str) -> bool {
        self.chain(id).find_map(|s| s.hidden) == Some(true)
    }

    fn chain<'s>(&'s self, id: &str) -> impl Iterator<Item = &'s Style> {
        std::iter::successors(self.by_id.get(id), |s| self.by_id.get(s.based_on.as_deref()?)).take(LONGEST_CHAIN)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn styles(xml: &str) -> Styles {
        Styles::read(Xml::of_bytes(xml.as_bytes(), "styles.xml", 64)).unwrap()
    }

    #[test]
    fn a_style_takes_what_it_does_not_say_from_its_base() {
        let s = styles(
            r#"<w:styles><w:style w:type="paragraph" w:styleId="a"><w:pPr><w:outlineLvl w:val="1"/><w:numPr><w:numId w:val="7"/></w:numPr></w:pPr></w:style>
               <w:style w:styleId="b"><w:basedOn w:val="a"/><w:pPr><w:numPr><w:ilvl w:val="2"/></w:numPr></w:pPr></w:style></w:styles>"#,
        );
        let expected = FromStyle { num_id: Some(7), level: Some(2), heading: Some(2), hidden: false };
        assert_eq!(s.paragraph(Some("b")), expected);
        assert_eq!(s.paragraph(Some("none")), FromStyle::default());
    }

    #[test]
    fn table_styles_are_passed_over_unread() {
        let s = styles(
            r#"<w:styles><w:style w:type="table" w:styleId="t"><w:rPr><w:vanish/></w:rPr><w:broken></w:style><w:style w:type="table" w:styleId="u"/><w:style w:styleId="a"><w:rPr><w:vanish/></w:rPr></w:style></w:styles>"#,
        );
        assert!(s.hides_run("a"));
        assert!(!s.hides_run("t") && !s.hides_run("u"));
    }

    #[test]
    fn styles_based_on_each_other_end() {
        let s = styles(
            r#"<w:styles><w:style w:styleId="a"><w:basedOn w:val="b"/></w:style><w:style w:styleId="b"><w:basedOn w:val="a"/></w:style></w:styles>"#,
        );
        assert_eq!(s.paragraph(Some("a")), FromStyle::default());
        assert!(!s.hides_run("b"));
    }

    #[test]
    fn a_base_of_absurd_name_is_no_base() {
        let long = "a".repeat(2000);
        let s = styles(&format!(
            r#"<w:styles><w:style w:styleId="{long}"><w:rPr><w:vanish/></w:rPr></w:style><w:style w:styleId="b"><w:basedOn w:val="{long}"/></w:style></w:styles>"#
        ));
        assert!(!s.hides_run("b"));
    }
}
