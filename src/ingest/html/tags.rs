//! What the element names and attributes of HTML mean for reading.

use html5ever::tokenizer::Tag;

/// What an element does to the text around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// Its text is part of the line.
    Inline,
    /// Begins and ends a line.
    Block,
    /// Ends a line.
    Break,
    /// Shows nothing that belongs to the document.
    Skipped,
    Heading(u8),
    Table,
    Row,
    Cell,
    Caption,
    Input,
    Preformatted,
}

/// The role of the element of this name.
pub(super) fn role(name: &str) -> Role {
    match name {
        "br" | "hr" => Role::Break,
        "h1" => Role::Heading(1),
        "h2" => Role::Heading(2),
        "h3" => Role::Heading(3),
        "h4" => Role::Heading(4),
        "h5" => Role::Heading(5),
        "h6" => Role::Heading(6),
        "table" => Role::Table,
        "tr" => Role::Row,
        "td" | "th" => Role::Cell,
        "caption" => Role::Caption,
        "input" => Role::Input,
        "pre" | "listing" | "xmp" => Role::Preformatted,
        "script" | "style" | "noscript" | "template" | "nav" | "footer" | "iframe" | "object" | "svg" | "math"
        | "button" | "select" | "audio" | "video" | "title" | "noframes" | "datalist" => Role::Skipped,
        "address" | "article" | "aside" | "blockquote" | "body" | "center" | "dd" | "details" | "dialog" | "dir"
        | "div" | "dl" | "dt" | "fieldset" | "figcaption" | "figure" | "form" | "header" | "hgroup" | "html"
        | "legend" | "li" | "main" | "menu" | "ol" | "p" | "section" | "summary" | "ul" | "thead" | "tbody"
        | "tfoot" | "colgroup" => Role::Block,
        _ => Role::Inline,
    }
}

/// Elements without an end tag.
pub(super) fn is_void(name: &str) -> bool {
    matches!(
        name,
        "area"
            | "base"
            | "br"
            | "col"
            | "embed"
            | "frame"
            | "hr"
            | "img"
            | "input"
            | "link"
            | "meta"
            | "param"
            | "source"
            | "track"
            | "wbr"
    )
}

/// The value of an attribute.
pub(super) fn attribute<'t>(tag: &'t Tag, name: &str) -> Option<&'t str> {
    tag.attrs.iter().find(|a| &*a.name.local == name).map(|a| &*a.value)
}

/// The element's own attributes hide it and all that is in it.
pub(super) fn is_hidden(tag: &Tag) -> bool {
    if attribute(tag, "hidden").is_some() {
        return true;
    }
    has_style(tag, &["display:none", "visibility:hidden", "mso-hide:all"])
}

/// The element's style asks for a new page before or after it.
pub(super) fn breaks_page(tag: &Tag) -> bool {
    has_style(tag, &["page-break-before:always", "page-break-after:always", "break-before:page", "break-after:page"])
}

fn has_style(tag: &Tag, wanted: &[&str]) -> bool {
    attribute(tag, "style").is_some_and(|style| {
        let style: String = style.chars().filter(|c| !c.is_whitespace()).map(|c| c.to_ascii_lowercase()).collect();
        wanted.iter().any(|w| style.contains(w))
    })
}

/// What an input field shows: a check box or radio button as ☑ or □, a text field its value.
pub(super) fn shown_by_input(tag: &Tag) -> String {
    let kind = attribute(tag, "type").unwrap_or("text").trim().to_ascii_lowercase();
    match kind.as_str() {
        "checkbox" | "radio" => if attribute(tag, "checked").is_some() { "☑" } else { "□" }.into(),
        "text" | "number" | "date" | "tel" | "email" | "url" => attribute(tag, "value").unwrap_or("").into(),
        _ => String::new(),
    }
}
