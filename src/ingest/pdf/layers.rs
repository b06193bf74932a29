use hayro_syntax::object::{Array, Dict, Name, ObjRef};
use rustc_hash::FxHashSet;

/// Which optional content groups are switched off in the default view (ISO 32000-1, 8.11).
#[derive(Debug, Default)]
pub(super) struct Layers {
    off: FxHashSet<(u32, i32)>,
}

impl Layers {
    pub(super) fn of(catalog: &Dict<'_>) -> Self {
        let mut off = FxHashSet::default();
        let Some(properties) = catalog.get::<Dict<'_>>("OCProperties") else { return Layers::default() };
        let Some(config) = properties.get::<Dict<'_>>("D") else { return Layers::default() };
        if config.get::<Name<'_>>("BaseState").is_some_and(|n| n.as_ref() == b"OFF") {
            off.extend(references(&properties, "OCGs"));
        }
        references(&config, "ON").for_each(|id| {
            off.remove(&id);
        });
        off.extend(references(&config, "OFF"));
        Layers { off }
    }

    /// Is content of this group, or of this membership in groups, left out of the view?
    pub(super) fn is_hidden(&self, reference: Option<ObjRef>, dict: &Dict<'_>) -> bool {
        if self.off.is_empty() {
            return false;
        }
        if dict.get::<Name<'_>>("Type").is_none_or(|n| n.as_ref() != b"OCMD") {
            return reference.is_some_and(|r| self.off.contains(&(r.obj_number, r.gen_number)));
        }
        let one = dict.get_ref("OCGs").map(|r| (r.obj_number, r.gen_number));
        let mut groups: Vec<(u32, i32)> = references(dict, "OCGs").collect();
        if groups.is_empty() {
            groups.extend(one);
        }
        if groups.is_empty() {
            return false;
        }
        let off = groups.iter().filter(|id| self.off.contains(id)).count();
        let visible = match dict.get::<Name<'_>>("P").as_deref() {
            Some(b"AllOn") => off == 0,
            Some(b"AnyOff") => off > 0,
            Some(b"AllOff") => off == groups.len(),
            _ => off < groups.len(),
        };
        !visible
    }
}

fn references(dict: &Dict<'_>, key: &str) -> impl Iterator<Item = (u32, i32)> {
    let array = dict.get::<Array<'_>>(key);
    let ids: Vec<(u32, i32)> = array
        .iter()
        .flat_map(|a| a.raw_iter())
        .filter_map(|item| item.as_obj_ref())
        .map(|r| (r.obj_number, r.gen_number))
        .collect();
    ids.into_iter()
}
