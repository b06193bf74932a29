//! Open Packaging Conventions (ECMA-376 part 2): how one part of a package names another.

use super::LoadError;
use super::package::Package;
use super::xml::{attributes, local, unescaped};
use quick_xml::events::Event;
use std::collections::HashMap;

/// The relationships of one part.
#[derive(Debug, Default)]
pub(crate) struct Relations {
    all: Vec<Relation>,
    /// The first of each id: a workbook looks up one a sheet.
    by_id: HashMap<String, usize>,
}

#[derive(Debug)]
struct Relation {
    /// Last word of its type: `styles`, `worksheet`.
    kind: String,
    /// Name of the part it leads to.
    target: String,
}

impl Relations {
    /// Of this part; none where it states none. Those that lead out of the package are passed over.
    pub(crate) fn of(package: &mut Package<'_>, part: &str) -> Result<Self, LoadError> {
        let (folder, file) = part.rsplit_once('/').unwrap_or(("", part));
        let name = if folder.is_empty() { format!("_rels/{file}.rels") } else { format!("{folder}/_rels/{file}.rels") };
        let mut relations = Relations::default();
        let Some(mut xml) = package.xml(&name)? else {
            return Ok(Relations::default());
        };
        loop {
            match xml.next()? {
                Event::Start(e) if local(e.name().as_ref()) == "Relationship" => {
                    // The first of each counts.
                    let [mut id, mut kind, mut target, mut mode] = [None; 4];
                    for (name, value) in attributes(&e) {
                        let slot = match name {
                            "Id" => &mut id,
                            "Type" => &mut kind,
                            "Target" => &mut target,
                            "TargetMode" => &mut mode,
                            _ => continue,
                        };
                        slot.get_or_insert(value);
                    }
                    let [id, kind, target, mode] = [id, kind, target, mode].map(|v| unescaped(v.unwrap_or_default()));
                    if mode != "External" {
                        relations.by_id.entry(id.into_owned()).or_insert(relations.all.len());
                        relations.all.push(Relation {
                            kind: kind.rsplit('/').next().unwrap_or_default().to_owned(),
                            target: resolved(folder, &target),
                        });
                    }
                }
                Event::Eof => return Ok(relations),
                _ => {}
            }
        }
    }

    /// The part that the first relationship of this kind leads to.
    pub(crate) fn target(&self, kind: &str) -> Option<String> {
        self.all.iter().find(|r| r.kind == kind).map(|r| r.target.clone())
    }

    /// The part that the relationship of this id leads to.
    pub(crate) fn by_id(&self, id: &str) -> Option<&str> {
        self.all.get(*self.by_id.get(id)?).map(|r| r.target.as_str())
    }

    /// The kind of the relationship of this id.
    pub(crate) fn kind_of(&self, id: &str) -> Option<&str> {
        self.all.get(*self.by_id.get(id)?).map(|r| r.kind.as_str())
    }
}

/// The package's main part.
pub(crate) fn main_part(package: &mut Package<'_>) -> Result<Option<String>, LoadError> {
    Ok(Relations::of(package, "")?.target("officeDocument"))
}

/// A target as the name of a part: relative to the folder of its source unless it begins with `/`.
fn resolved(folder: &str, target: &str) -> String {
    let mut path: Vec<&str> = Vec::new();
    let base = if target.starts_with('/') { "" } else { folder };
    for step in base.split('/').chain(target.split('/')) {
        match step {
            "" | "." => {}
            ".." => {
                path.pop();
            }
            step => path.push(step),
        }
    }
    path.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_resolve_inside_the_package() {
        assert_eq!(resolved("word", "styles.xml"), "word/styles.xml");
        assert_eq!(resolved("xl", "/xl/worksheets/sheet1.xml"), "xl/worksheets/sheet1.xml");
        assert_eq!(resolved("xl", "../docProps/app.xml"), "docProps/app.xml");
        assert_eq!(resolved("xl", "../../../etc/passwd"), "etc/passwd");
    }
}
